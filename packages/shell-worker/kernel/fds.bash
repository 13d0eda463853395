# Where do the command's descriptors point now? Lets go of its pipes and tells, as three letters:
# `=` as the kernel put it, `1` or `2` the other output pipe, `x` the user's own doing, `-` as it was.
#
# __holdfast_a=(<pipe that was stdin, or ''> <stdout> <stderr> ...); the letters go to __holdfast_d. They are there
# already where a signal has ended the shell after this was asked: now nothing is left to be seen of it.
if [[ -z ${__holdfast_d-} ]]; then
  if [[ -z ${__holdfast_a[0]} ]]; then __holdfast_u=-
  elif [[ /dev/fd/0 -ef ${__holdfast_a[0]} ]]; then __holdfast_u='='
  else __holdfast_u=x; fi
  if [[ /dev/fd/1 -ef ${__holdfast_a[1]} ]]; then __holdfast_u+='='
  elif [[ /dev/fd/1 -ef ${__holdfast_a[2]} ]]; then __holdfast_u+=2
  else __holdfast_u+=x; fi
  if [[ /dev/fd/2 -ef ${__holdfast_a[2]} ]]; then __holdfast_u+='='
  elif [[ /dev/fd/2 -ef ${__holdfast_a[1]} ]]; then __holdfast_u+=1
  else __holdfast_u+=x; fi
  __holdfast_d=$__holdfast_u
  builtin unset __holdfast_u
fi
[[ $__holdfast_d != =* ]] || exec </dev/null
[[ $__holdfast_d == ?x? ]] || exec >/dev/null
[[ $__holdfast_d == ??x ]] || exec 2>/dev/null
# The command never began: what is there says nothing of what it did.
[[ -z ${__holdfast_q-} ]] || __holdfast_d=---
