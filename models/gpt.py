"""The token-by-token baseline: a class-conditional GPT as LlamaGen's, on the same tokens and of the same blocks as DPAR."""

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from models.blocks import Block, RMSNorm, init_weights
from models.config import Config
from models.rope import cell_angles, check_shape, empty_slot, rotation


class GPTConfig(Config):
    vocab: int = Field(1024, gt=1)
    width: int = Field(16, gt=0, description="tokens per row, W")
    tokens: int = Field(256, gt=0, description="tokens per image, T")
    classes: int = Field(10, gt=0)
    dim: int = Field(256, gt=0)
    heads: int = Field(4, gt=0)
    blocks: int = Field(12, gt=0)
    dropout: float = Field(0.1, ge=0, lt=1)

    @property
    def head_dim(self) -> int:
        return self.dim // self.heads

    @model_validator(mode="after")
    def _fits(self) -> "GPTConfig":
        check_shape(self.tokens, self.width, self.dim, self.heads)
        return self


class GPT(nn.Module):
    """P(x_t | class, x_<t). Slot 0 is the class with cos = sin = 0, slot t holds x_{t-1} with the 2D RoPE of its own cell."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        c = self.config = config
        self.embedding = nn.Embedding(c.vocab, c.dim)
        self.class_embedding = nn.Embedding(c.classes + 1, c.dim)  # the last row is the null class
        self.dropout = nn.Dropout(c.dropout)
        self.blocks = nn.ModuleList(Block(c.dim, c.heads, c.dropout) for _ in range(c.blocks))
        self.norm = RMSNorm(c.dim)
        self.head = nn.Linear(c.dim, c.vocab, bias=False)
        cos, sin = empty_slot(*rotation(cell_angles(torch.arange(c.tokens - 1), c.width, c.head_dim)))
        self.register_buffer("slot_cos", cos, persistent=False)
        self.register_buffer("slot_sin", sin, persistent=False)
        init_weights(self)
        nn.init.zeros_(self.head.weight)  # loss ln V at first

    @property
    def null_class(self) -> int:
        return self.config.classes

    def forward(self, tokens: Tensor, classes: Tensor) -> Tensor:
        """tokens [B, S <= T], classes [B] (null_class = unconditional) -> logits [B, S, V]; row t predicts token t.

        The last token is never read: a prefix is continued by appending any token.
        """
        size = tokens.shape[1]
        x = torch.cat([self.class_embedding(classes)[:, None], self.embedding(tokens[:, :-1])], dim=1)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, self.slot_cos[:size], self.slot_sin[:size])
        return self.head(self.norm(x))
