# A function over the builtin `ulimit`, defined while a command runs that may use it: a hard limit on
# descriptors below what the kernel needs could not be raised again for the kernel's own work. The user's
# limit is set as the soft one, which is what programs get.
ulimit() {
  if ((BASH_SUBSHELL == 0 && $# >= 1)) && [[ $1 == -*n && ${2-} == [0-9]* && ! ${2-} == *[!0-9]* ]] && (($2 < 300)); then
    builtin ulimit -Sn "$2"
  else
    builtin ulimit "$@"
  fi
}
