# A function over the builtin `trap`, defined while a command runs that may set traps: the exit trap is the
# kernel's lifeline. It carries the user's exit trap inside the kernel's, keeps DEBUG and ERR from firing
# for the kernel's own commands, and shows the user's traps only.
trap() {
  { local -; builtin set +x; } 2>/dev/null
  local __holdfast_s __holdfast_t __holdfast_l __holdfast_h __holdfast_x
  # As in ready.bash.
  local __holdfast_y='{ __holdfast_e=${__holdfast_e-$-};builtin set +x;} 2>/dev/null;\builtin exit'
  if [[ $# == 0 || ${1-} == -p* || ($# == 1 && $1 == --) ]]; then
    # In a subshell the builtin shows the parent's traps until it sets one.
    __holdfast_t=$(builtin trap "$@")$'\n'
    __holdfast_s=$?
    while [[ $__holdfast_t == 'trap -- '* ]]; do
      __holdfast_h=${__holdfast_t%%$'\n'trap -- *}
      __holdfast_t=${__holdfast_t:${#__holdfast_h}}
      __holdfast_t=${__holdfast_t#$'\n'}
      builtin eval "__holdfast_l=($__holdfast_h)"
      case ${__holdfast_l[2]} in
        '{ __holdfast_e='* | ': __holdfast_none') builtin continue ;;
        '{ __holdfast_=('*)
          [[ ${__holdfast_l[2]} == *$'\n'__holdfast_x=* ]] || builtin continue
          # Its line alone, between the kernel's: those would end the shell here, or leave it deaf.
          __holdfast_x=${__holdfast_l[2]#*$'\n'__holdfast_x=}
          builtin eval "__holdfast_x=${__holdfast_x%$'\n'*}"
          ;;
        'case '*__holdfast_*)
          __holdfast_x=${__holdfast_l[2]#*builtin eval }
          builtin eval "__holdfast_x=${__holdfast_x%;; esac*}"
          ;;
        *) __holdfast_x=${__holdfast_l[2]} ;;
      esac
      builtin printf "trap -- '%s' %s\n" "${__holdfast_x//\'/\'\\\'\'}" "${__holdfast_l[3]}"
    done
    # What a function does not see of its caller's.
    __holdfast_l=(@KNOWN@)
    for ((__holdfast_h = 0; __holdfast_h < ${#__holdfast_l[@]}; __holdfast_h += 2)); do
      __holdfast_x=${__holdfast_l[__holdfast_h + 1]}
      if [[ $# == 0 || " $* " == *" $__holdfast_x "* || $* == -p || $* == -- ]]; then
        builtin printf "trap -- %s %s\n" "${__holdfast_l[__holdfast_h]}" "$__holdfast_x"
      fi
    done
    return "$__holdfast_s"
  fi
  if [[ ${1-} == -l* ]] || ((BASH_SUBSHELL > 0)); then
    builtin trap "$@"
    return
  fi
  [[ $1 == -- ]] && builtin shift
  if (($# == 1)) || [[ ! $1 == *[!0-9]* && -n $1 ]]; then builtin set -- - "$@"; fi
  __holdfast_x=$1
  __holdfast_s=0
  builtin shift
  for __holdfast_h; do
    __holdfast_t=${__holdfast_h^^}
    case ${__holdfast_t#SIG}:$__holdfast_x in
      EXIT:- | 0:- | EXIT: | 0:) builtin trap -- '@HEAD@'$'\n''@TAIL@' EXIT ;;
      EXIT:* | 0:*) builtin trap -- '@HEAD@'$'\n'"__holdfast_x=${__holdfast_x@Q}"$'\n''@TAIL@' EXIT ;;
      HUP:- | 1:-) builtin trap -- "$__holdfast_y 129" HUP ;;
      INT:- | 2:-) builtin trap -- "$__holdfast_y 130" INT ;;
      USR1:- | 10:-) builtin trap -- "$__holdfast_y 138" USR1 ;;
      USR2:- | 12:-) builtin trap -- "$__holdfast_y 140" USR2 ;;
      PIPE:- | 13:-) builtin trap -- "$__holdfast_y 141" PIPE ;;
      ALRM:- | 14:-) builtin trap -- "$__holdfast_y 142" ALRM ;;
      TERM:- | 15:-) builtin trap -- "$__holdfast_y 143" TERM ;;
      # What a function takes away from these comes back when it returns: leave something that does nothing.
      DEBUG:- | ERR:- | RETURN:-) builtin trap -- ': __holdfast_none' "$__holdfast_t" ;;
      DEBUG:?* | ERR:?*)
        builtin trap -- "case \${__holdfast_e+__holdfast_}\$BASH_COMMAND in *__holdfast_*) ;; *) builtin eval ${__holdfast_x@Q};; esac" "$__holdfast_t"
        ;;
      RETURN:?*)
        # It would fire for this function itself, and for the one that sets the status before each command.
        builtin trap -- "case \${FUNCNAME-} in trap|__holdfast_) ;; *) builtin eval ${__holdfast_x@Q};; esac #__holdfast_" "$__holdfast_t"
        ;;
      *) builtin trap -- "$__holdfast_x" "$__holdfast_h" || __holdfast_s=1 ;;
    esac
  done
  return "$__holdfast_s"
}
