# Where do the command's descriptors point now? Lets go of its pipes and tells, as three letters:
# `=` as the kernel put it, `1` or `2` the other output pipe, `x` the user's own doing, `-` as it was.
#
# __holdfast_a=(<pipe that was stdin, or ''> <stdout> <stderr> ...); the letters go to __holdfast_a[0..2].
if [[ -z ${__holdfast_a[0]} ]]; then __holdfast_a[0]=-
elif [[ /dev/fd/0 -ef ${__holdfast_a[0]} ]]; then __holdfast_a[0]='=' && exec </dev/null
else __holdfast_a[0]=x; fi
if [[ /dev/fd/2 -ef ${__holdfast_a[2]} ]]; then __holdfast_u='='
elif [[ /dev/fd/2 -ef ${__holdfast_a[1]} ]]; then __holdfast_u=1
else __holdfast_u=x; fi
if [[ /dev/fd/1 -ef ${__holdfast_a[1]} ]]; then __holdfast_a[1]='='
elif [[ /dev/fd/1 -ef ${__holdfast_a[2]} ]]; then __holdfast_a[1]=2
else __holdfast_a[1]=x; fi
__holdfast_a[2]=$__holdfast_u
# The command never opened its pipes: what is there now says nothing.
[[ -z ${__holdfast_q-} ]] || __holdfast_a=(- - - "${__holdfast_a[@]:3}")
[[ ${__holdfast_a[1]} == [x-] ]] || exec >/dev/null
[[ ${__holdfast_a[2]} == [x-] ]] || exec 2>/dev/null
builtin unset __holdfast_u
