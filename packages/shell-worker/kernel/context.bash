# Sourced with: <pipe for answers>.
{
  builtin printf 'c\0:'
  builtin export -p
  builtin printf '\0:%s\0:%s\0.\0' "$PWD" "${OLDPWD-}"
} >"$1" 2>/dev/null
