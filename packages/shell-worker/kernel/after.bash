# Ends a command that may have changed more than variables, and reports what the driver keeps in mind.
#
# __holdfast_=(status, options, $_ and PIPESTATUS where known), __holdfast_o=<options>
# __holdfast_a=(<stdin> <stdout> <stderr> <pipe for answers> <kernel folder> <file with traps> <what to look at>)
# The user's DEBUG, ERR and RETURN traps are parked already; the options x, v, a, e, u, T are off.
if [[ ${__holdfast_a[6]} == *b* ]]; then builtin unset -f trap 2>/dev/null; fi
if [[ ${__holdfast_a[6]} == *l* ]]; then builtin unset -f ulimit 2>/dev/null; fi
builtin . "${__holdfast_a[4]}/fds.bash"
# Descriptors that the user took are not the kernel's any more: it opens paths instead.
[[ ${__holdfast_a[6]} != *e* || (/dev/fd/251 -ef ${__holdfast_a[3]} && /dev/fd/252 -ef /dev/null) ]] || exec 251>&- 252>&-
{
  builtin mapfile -d '' -t __holdfast_t <"${__holdfast_a[5]}"
  # Functions whose text holds words that commands are looked at for.
  __holdfast_w=-
  if [[ ${__holdfast_a[6]} == *f* ]]; then
    __holdfast_s=$(builtin declare -f; builtin alias -p)
    __holdfast_w=
    case $__holdfast_s in *trap*) __holdfast_w+=t ;; esac
    case $__holdfast_s in *exec*) __holdfast_w+=e ;; esac
    case $__holdfast_s in *set\ * | *shopt*) __holdfast_w+=s ;; esac
    case $__holdfast_s in *enable*) __holdfast_w+=n ;; esac
  fi
  __holdfast_v=
  [[ ${__holdfast_a[6]} != *n* ]] || builtin mapfile -d '' -t __holdfast_v <"${__holdfast_a[5]%traps}disabled"
  builtin printf '%s\0' R "${__holdfast_[1]}" "${__holdfast_[0]}" "${__holdfast_[2]+:${__holdfast_[2]:0:4096}}" \
    "$__holdfast_d" "$__holdfast_w" ":${__holdfast_f-}" ":$__holdfast_t" "${__holdfast_n-}" "${__holdfast_v-}" "$#" \
    "${@/#/:}" "${__holdfast_[@]:3}" . >"${__holdfast_a[3]}"
} 2>/dev/null
[[ ${__holdfast_[1]} == *O* ]] && builtin set -o posix
[[ ${__holdfast_[1]} == *E* ]] && builtin set -E
[[ ${__holdfast_[1]} == *e* ]] && builtin set -e
[[ ${__holdfast_[1]} == *u* ]] && builtin set -u
builtin unset __holdfast_ __holdfast_a __holdfast_d __holdfast_f __holdfast_s __holdfast_t __holdfast_v __holdfast_w __holdfast_n \
  __holdfast_b __holdfast_o __holdfast_q || builtin :
