# Sourced with: <pipe for answers> <names>.
{
  builtin printf 'v\0:'
  builtin declare -p "${@:2}"
  builtin printf '\0.\0'
} >"$1" 2>/dev/null
