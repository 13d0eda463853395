# Writes all of the shell's state as a script that brings it back.
#
# __holdfast_=(<file> <options, as in $-> . . <1: in a function, at the end of this shell>)
# __holdfast_p=(<positional parameters>). The options x, v, e and u are off.
# Order matters when the script is sourced: functions come after whatever a function of that name could
# replace, are parsed with extglob and without aliases, and options that abort a script come last.
if [[ ${__holdfast_[4]} == 1 ]]; then
  # `exit` inside a function: its local variables are still in front of the global ones. Mark each global
  # variable, then take away what is in front of it. This shell is at its end: nothing is spoilt.
  __holdfast_globals() {
    builtin mapfile -t __holdfast_v < <(builtin compgen -v)
    for __holdfast_n in "${__holdfast_v[@]}"; do
      [[ $__holdfast_n == __holdfast_* || -R $__holdfast_n ]] && builtin continue
      builtin declare -gt "$__holdfast_n" || builtin continue
      for __holdfast_u in {1..40}; do
        [[ ${!__holdfast_n@a} == *t* ]] && builtin break
        builtin unset -v "$__holdfast_n" || builtin break
      done
      builtin declare -g +t "$__holdfast_n"
      # An associative array is not `-v` unless it has a key 0 or @.
      [[ -v $__holdfast_n || -v "$__holdfast_n[@]" || ${!__holdfast_n@a} == *A* ]] || builtin unset -v "$__holdfast_n"
    done
  }
  __holdfast_globals 2>/dev/null
  builtin unset -f __holdfast_globals
fi
{
  builtin printf '%s\n' \
    'builtin unset PATH TERM PS4 HOSTNAME HOSTTYPE MACHTYPE OSTYPE OPTERR SHLVL SHELL OLDPWD PWD IFS'
  builtin umask -p
  builtin declare -p
  builtin printf 'builtin cd -- %q || PWD=%q\n' "$PWD" "$PWD"
  if [[ -v OLDPWD ]]; then builtin printf 'OLDPWD=%q\n' "$OLDPWD"; else builtin printf 'builtin unset OLDPWD\n'; fi
  # The stack's first entry is the working directory itself.
  for ((__holdfast_u = ${#DIRSTACK[@]} - 1; __holdfast_u > 0; __holdfast_u--)); do
    builtin printf 'builtin pushd -n -- %q\n' "${DIRSTACK[__holdfast_u]}"
  done
  builtin hash -l
  builtin printf 'builtin set --'
  ((${#__holdfast_p[@]} > 0)) && builtin printf ' %q' "${__holdfast_p[@]}"
  builtin printf '\n'
  builtin complete -p
  builtin alias -p
  builtin shopt -p
  # The compat options set it.
  [[ -v BASH_COMPAT ]] || builtin printf 'builtin unset BASH_COMPAT\n'
  builtin printf '%s\n' 'builtin shopt -u expand_aliases' 'builtin shopt -s extglob'
  builtin declare -f
  # Its lines without attributes print the functions once more: the restore's output is dropped.
  builtin declare -F
  builtin shopt -p expand_aliases extglob
  for __holdfast_u in pipefail vi emacs; do
    [[ -o $__holdfast_u ]] && builtin printf 'builtin set -o %s\n' "$__holdfast_u"
  done
  [[ ${__holdfast_[1]} == *O* ]] && builtin printf 'builtin set -o posix\n'
  for __holdfast_u in B h; do
    [[ ${__holdfast_[1]} == *"$__holdfast_u"* ]] || builtin printf 'builtin set +%s\n' "$__holdfast_u"
  done
  for __holdfast_u in C E P b f k m u e; do
    [[ ${__holdfast_[1]} == *"$__holdfast_u"* ]] && builtin printf 'builtin set -%s\n' "$__holdfast_u"
  done
  builtin unset __holdfast_u
  builtin printf ':\n'
} >|"${__holdfast_[0]}" 2>/dev/null
