# Last step of the way out: saves the state, answers for the command, becomes a fresh bash on the same pid.
#
# __holdfast_=(<state file> <options> <status> <message kind> <1: in a function>), __holdfast_p=(<positional parameters>)
# __holdfast_a as in after.bash, then <scratch folder> <program> <first line of the script>. Traps are in the file already.
{
  builtin trap '' INT TERM HUP VTALRM XCPU USR1 USR2 ALRM PIPE CHLD
  builtin trap - EXIT DEBUG ERR RETURN
} 2>/dev/null
builtin . "${__holdfast_a[4]}/fds.bash"
{
  builtin mapfile -d '' -t __holdfast_t <"${__holdfast_a[5]}"
  builtin mapfile -d '' -t __holdfast_k <"${__holdfast_a[5]%traps}disabled"
  __holdfast_s=("${__holdfast_[@]}")
  __holdfast_h=${__holdfast_f-}
  __holdfast_l=${__holdfast_n-}
  builtin . "${__holdfast_a[4]}/save.bash"
  __holdfast_u=$?
  __holdfast_c=$PWD
  # The script goes on in the same pipe, which has to stay open meanwhile: without what was for this shell.
  exec 254<>"${__holdfast_a[7]}/bash"
  while builtin read -t 0 -u 254; do builtin read -r -u 254 __holdfast_i; done
  builtin printf '%s\n' "${__holdfast_a[9]}" >&254
  # The script's name is looked up in the working directory: keep one that could not be entered again.
  __holdfast_n=bash
  if [[ . -ef $PWD && -x . ]] && builtin cd -- "${__holdfast_a[7]}"; then builtin :; else __holdfast_n=${__holdfast_a[7]}/bash; fi
  builtin printf '%s\0' "${__holdfast_s[3]}" "${__holdfast_s[1]}" "${__holdfast_s[2]}" "$__holdfast_u" \
    "$__holdfast_d" ":${__holdfast_h-}" ":$__holdfast_t" "${__holdfast_l-}" "${__holdfast_k-}" . >"${__holdfast_a[3]}"
  # Ignored signals stay ignored for good in a new shell.
  builtin trap - INT TERM HUP VTALRM XCPU USR1 USR2 ALRM PIPE CHLD
} 2>/dev/null
exec -c -a bash "${__holdfast_a[8]}" --norc --noprofile "$__holdfast_n"
