"""The entropy model E_phi (paper 3.2): a small unconditional GPT whose prediction entropy decides where patches open."""

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from models.blocks import Block, KVCache, RMSNorm, init_weights
from models.config import Config
from models.rope import cell_angles, check_shape, rotation


class EntropyModelConfig(Config):
    vocab: int = Field(1024, gt=1)
    width: int = Field(16, gt=0, description="tokens per row, W")
    tokens: int = Field(256, gt=0, description="tokens per image, T")
    dim: int = Field(192, gt=0)
    heads: int = Field(3, gt=0)
    blocks: int = Field(3, gt=0)
    dropout: float = Field(0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> "EntropyModelConfig":
        check_shape(self.tokens, self.width, self.dim, self.heads)
        return self


def entropy(logits: Tensor) -> Tensor:
    """Entropy in nats over the last axis, in float32."""
    log_p = logits.float().log_softmax(dim=-1)
    return -(log_p.exp() * log_p).sum(dim=-1)


class EntropyModel(nn.Module):
    """GPT over tokens; position i predicts token i + 1."""

    def __init__(self, config: EntropyModelConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.dim)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config.dim, config.heads, config.dropout) for _ in range(config.blocks))
        self.norm = RMSNorm(config.dim)
        self.head = nn.Linear(config.dim, config.vocab, bias=False)
        cos, sin = rotation(cell_angles(torch.arange(config.tokens), config.width, config.dim // config.heads))
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        init_weights(self)
        nn.init.zeros_(self.head.weight)

    def hidden(self, tokens: Tensor) -> Tensor:
        """tokens [B, S] -> what the head reads [B, S, D]."""
        x = self.dropout(self.embedding(tokens))
        size = tokens.shape[1]
        for block in self.blocks:
            x = block(x, self.cos[:size], self.sin[:size])
        return self.norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens [B, S] -> logits [B, S, V]; row i is the prediction of token i + 1."""
        return self.head(self.hidden(tokens))

    def entropies(self, tokens: Tensor) -> Tensor:
        """tokens [B, T] -> e [B, T] in nats; e[:, 0] = +inf: the first token has no prediction.

        The head runs in float32 even under autocast: the gate compares these values with a threshold.
        """
        hidden = self.hidden(tokens[:, :-1])
        with torch.autocast(hidden.device.type, enabled=False):
            e = entropy(self.head(hidden.float()))
        return torch.cat([torch.full_like(e[:, :1], float("inf")), e], dim=1)

    def caches(self, rows: int) -> list[KVCache]:
        c = self.config
        device = self.head.weight.device
        return [KVCache(rows, c.heads, c.tokens, c.dim // c.heads, device) for _ in self.blocks]

    def step(self, tokens: Tensor, rows: Tensor, starts: Tensor, caches: list[KVCache]) -> Tensor:
        """tokens [b, n] of the given rows of the caches, from position `starts` [b] on -> logits [b, n, V] of those after."""
        places = starts[:, None] + torch.arange(tokens.shape[1], device=tokens.device)
        x, cos, sin = self.embedding(tokens), self.cos[places][:, None], self.sin[places][:, None]
        for block, cache in zip(self.blocks, caches, strict=True):
            x = block.step(x, cos, sin, cache, rows, starts)
        return self.head(self.norm(x))
