"""Turns a command's text into one code object, which leaves the value of its last expression behind.

The last expression becomes an assignment to a name that the runner takes out of the namespace again at
once. One code object, not two: a debugger that stops before the last line must not see a return there.
"""
import _ast

ONLY_AST = 0x400
TOP_LEVEL_AWAIT = 0x2000

# `from __future__` holds for all commands that follow, as at a prompt.
_future_flags = 0
_future_mask = 0

# An abstract tree costs ten times the text in time and memory.
_LARGE = 200_000

VALUE = '__holdfast_value__'


def prepare(source):
    if source.startswith('\ufeff'):
        source = source[1:]
    return source


def compile_command(source, filename):
    """Returns the code, and the line of the value that it leaves to be shown; 0 if there is none."""
    if '\0' in source:
        # What it is depends on the version: ValueError up to 3.11.3.
        raise SyntaxError('source code cannot contain null bytes')
    flags = _future_flags | TOP_LEVEL_AWAIT
    if len(source) > _LARGE:
        return _compile_large(source, filename, flags)
    tree = compile(source, filename, 'exec', flags | ONLY_AST, True)
    body = tree.body
    last = body[-1] if body else None
    if type(last) is not _ast.Expr or _is_silenced(source, last):
        return _compile(tree, filename, flags), 0
    place = {
        'lineno': last.lineno,
        'col_offset': last.col_offset,
        'end_lineno': last.end_lineno,
        'end_col_offset': last.end_col_offset,
    }
    target = _ast.Name(VALUE, _ast.Store(), **place)
    body[-1] = _ast.Assign([target], last.value, None, **place)
    return _compile(tree, filename, flags), last.lineno


def _compile(source, filename, flags):
    global _future_flags, _future_mask
    code = compile(source, filename, 'exec', flags, True)
    if '__future__' in code.co_names:
        import __future__
        for name in __future__.all_feature_names:
            _future_mask |= getattr(__future__, name).compiler_flag
        # The name alone does not set it: only the statement does.
        _future_flags |= code.co_flags & _future_mask
    return code


def _is_silenced(source, node):
    """Whether a semicolon follows the expression."""
    if ';' not in source:
        return False
    lines = source.replace('\r\n', '\n').replace('\r', '\n').split('\n')
    line = lines[node.end_lineno - 1].encode('utf-8', 'surrogatepass')
    return line[node.end_col_offset:].lstrip().startswith(b';')


def _compile_large(source, filename, flags):
    """Takes the last line that could begin a statement for the expression, and lets the compiler judge."""
    end = len(source.rstrip())
    start = source.rfind('\n', 0, end) + 1
    tail = source[start:end]
    if tail and not tail[0].isspace() and tail[0] not in '#)]}"\'':
        try:
            compile(tail, filename, 'eval', flags, True)
            code = _compile(source[:start] + VALUE + ' = (' + tail + '\n)', filename, flags)
            return code, source.count('\n', 0, start) + 1
        except SyntaxError:
            # Not an expression, or the end of one, or inside of a string.
            pass
    return _compile(source, filename, flags), 0
