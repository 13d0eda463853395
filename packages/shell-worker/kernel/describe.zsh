# Sourced; prints fields for the driver: variables, exported ones, functions, aliases, jobs, folder.
builtin printf 'd\0:'
() {
  builtin emulate -L zsh
  builtin zmodload zsh/parameter
  local __holdfast_n
  for __holdfast_n in ${(ok)parameters}; do
    case $__holdfast_n:${parameters[$__holdfast_n]} in
      __holdfast_*|*special*|*local*) ;;
      *) builtin typeset -p -- $__holdfast_n ;;
    esac
  done
}
builtin printf '\0:'
for __holdfast_i in ${(k)parameters[(R)*export*]}; do builtin print -r -- "export $__holdfast_i=${(qq)${(P)__holdfast_i}}"; done
builtin printf '\0:'
() { builtin emulate -L zsh; builtin zmodload zsh/parameter; builtin print -rl -- ${(ok)functions:#__holdfast_*}; }
builtin printf '\0:'
builtin alias -L
builtin printf '\0:'
builtin jobs -l
builtin printf '\0:%s\0.\0' "$PWD"
