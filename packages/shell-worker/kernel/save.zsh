() {
  # Prints zsh's state as a script. Sourced; options e, u, x, v are off, and are told in __holdfast_o.
  # All comments are within functions: where the user has called `exit` in a function, zsh exits at the first line that
  # is empty for it, before the state is written.
  builtin emulate -L zsh
  builtin zmodload zsh/parameter
  local __holdfast_n
  builtin print -r -- "umask $(builtin umask)"
  for __holdfast_n in ${(k)parameters}; do
    case $__holdfast_n:${parameters[$__holdfast_n]} in
      __holdfast_*) ;;
      (PATH|FPATH|CDPATH|MANPATH|IFS|HOME|TERM|LANG|LC_*|PS4|NULLCMD|READNULLCMD|WORDCHARS|HISTCHARS|OPTIND|OPTARG|SECONDS|HISTSIZE|SAVEHIST):*)
        builtin typeset -p -- $__holdfast_n ;;
      *special*|*local*) ;;
      *) builtin typeset -p -- $__holdfast_n ;;
    esac
  done
  builtin alias -L
  for __holdfast_n in ${(k)functions}; do
    [[ $__holdfast_n == __holdfast_* ]] || builtin functions -- $__holdfast_n
  done
}
builtin print -r -- "set -- ${(qq)@}"
() {
  # What this function sets for itself is not the user's.
  local __holdfast_n
  for __holdfast_n in ${(k)options}; do
    case $__holdfast_n in
      interactive|login|shinstdin|singlecommand|restricted|privileged|zle|monitor|exec|xtrace|verbose|errexit|nounset|unset|rcs|globalrcs|localoptions|localtraps) continue ;;
    esac
    if [[ ${options[$__holdfast_n]} == on ]]; then builtin print -r -- "setopt $__holdfast_n"; else builtin print -r -- "unsetopt $__holdfast_n"; fi
  done
}
[[ $__holdfast_o == *e* ]] && builtin print -r -- 'setopt errexit'
[[ $__holdfast_o == *u* ]] && builtin print -r -- 'unsetopt unset'
:
