"""JSON without the `json` package: its C scanner and encoder start in no time, `re` and `enum` do not."""
import _json


class _Rules:
    strict = False
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float
    memo = {}


_scan = _json.make_scanner(_Rules())
quote = _json.encode_basestring_ascii


def _refuse(value):
    raise TypeError('not JSON: ' + type(value).__name__)


# Arguments: markers, default, encoder, indent, separators, sort_keys, skipkeys, allow_nan.
_encode = _json.make_encoder(None, _refuse, quote, None, ':', ',', False, False, True)


def decode(text):
    return _scan(text, 0)[0]


def encode(value):
    """ASCII: lone surrogates travel as escapes."""
    return ''.join(_encode(value, 0))
