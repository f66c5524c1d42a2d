"""The subcommands: each module has a docstring (its help text), `add_arguments(parser)` and `run(args) -> int | None`.

The registry is the table below; a module is imported only when its command is asked for.
"""

COMMANDS = {
    "train-classifier": ("models.commands.train_classifier", "train a classifier (perceptual features, or the judge)"),
    "train-tokenizer": ("models.commands.train_tokenizer", "train the VQ tokenizer"),
    "import-llamagen": ("models.commands.import_llamagen", "a pack from LlamaGen's public checkpoints"),
    "import-tokenizer": ("models.commands.import_tokenizer", "take over LlamaGen's public VQ tokenizer"),
    "tokenize": ("models.commands.tokenize", "turn all pictures into tokens, under 1 to 8 symmetries"),
    "train-entropy": ("models.commands.train_entropy", "train the entropy model on tokens"),
    "score": ("models.commands.score", "entropies of all tokens"),
    "train": ("models.commands.train", "train DPAR on tokens and entropies"),
    "average": ("models.commands.average", "the mean of the weights of several trainings"),
    "study": ("models.commands.study", "a table of the paper, measured on your tokens"),
    "evaluate": ("models.commands.evaluate", "measure a trained model on held-out pictures"),
    "export": ("models.commands.export", "write a pack: ONNX graphs, weights, manifest, golden vectors"),
    "import-pack": ("models.commands.import_pack", "PyTorch weights back from a pack, to train on"),
    "regraph": ("models.commands.regraph", "a pack's graphs anew, on its own weights"),
    "passes": ("models.commands.passes", "passes an image by window of exact parallel decoding, into a pack"),
    "nano": ("models.commands.nano", "write the nano pack that end-to-end tests use"),
    "bench": ("models.commands.bench", "write what the benches need: whole-prefix graphs, random packs, a GPT"),
    "parity": ("models.commands.parity", "compare a pack's graphs with PyTorch"),
    "check-pack": ("models.commands.check_pack", "whether a folder is a pack; names the first mistake"),
}
