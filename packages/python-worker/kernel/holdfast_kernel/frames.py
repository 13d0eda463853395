"""Keeps the kernel's frames out of what the library tells of the stack, and adopts what tells of it.

They lie below those of a command, and above where it prints. `traceback` (and by it `logging`) would show
them, as would `inspect`; in the debugger one could go up to them, and would step into them.
"""
import sys

session = load('session')
# The frame that runs a command: who comes back to it has left the command.
_EXECUTE = load('runner')._execute.__code__
_FOLDER = session.folder + '/'


def adopt(module):
    """Called with each of these modules when it is loaded, whoever's it is."""
    names = module.__dict__
    for name, cover in _COVERS.get(names['__name__'], {}).items():
        original = names.get(name)
        if callable(original):
            names[name] = _disguise(cover(original, names), original)
    if names['__name__'] == 'bdb' and isinstance(names.get('Bdb'), type):
        _adopt_debugger(names['Bdb'])


def _is_ours(frame):
    code = frame.f_code
    return code is session.bootstrap or code.co_filename.startswith(_FOLDER)


def _disguise(function, original):
    for name in ('__name__', '__qualname__', '__module__', '__doc__'):
        setattr(function, name, getattr(original, name, None))
    return function


def _cover_walk(walk, _):
    return lambda tb: (entry for entry in walk(tb) if not _is_ours(entry[0]))


def _cover_walk_stack(walk, names):
    def walk_stack(f):
        if f is None:
            # It would count how many frames there are between itself and the caller of the library.
            f = sys._getframe(1)
            while f is not None and f.f_globals is names:
                f = f.f_back
        return (entry for entry in walk(f) if f is not None and not _is_ours(entry[0]))
    return walk_stack


def _cover_list(list_frames, _):
    return lambda frame, context=1: [
        entry for entry in list_frames(frame, context) if not _is_ours(entry[0])
    ]


_COVERS = {
    'traceback': {
        'walk_tb': _cover_walk,
        '_walk_tb_with_full_positions': _cover_walk,
        'walk_stack': _cover_walk_stack,
    },
    'inspect': {
        'getouterframes': _cover_list,
        'getinnerframes': _cover_list,
        'getfile': load('sources').cover_getfile,
    },
}


def _adopt_debugger(kind):
    all_frames, would_stop = kind.get_stack, kind.stop_here

    def get_stack(self, f, t):
        stack, index = all_frames(self, f, t)
        shown = [entry for entry in stack if not _is_ours(entry[0])]
        hidden = sum(_is_ours(entry[0]) for entry in stack[:index + 1])
        return shown, max(0, index - hidden)

    def stop_here(self, frame):
        if not _is_ours(frame):
            return would_stop(self, frame)
        if frame.f_code is _EXECUTE:
            # Stepped past the end. The next command may have nobody who would answer the debugger.
            self.set_continue()
        return False

    kind.get_stack = _disguise(get_stack, all_frames)
    kind.stop_here = _disguise(stop_here, would_stop)
