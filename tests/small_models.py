"""Tiny models of the real classes: the same code paths in milliseconds."""

import torch
from transformers import DistilBertConfig, DistilBertForSequenceClassification, T5Config, T5ForConditionalGeneration


def small_distilbert(classes=3, layers=2):
    torch.manual_seed(0)
    return DistilBertForSequenceClassification(
        DistilBertConfig(vocab_size=50, dim=24, hidden_dim=40, n_layers=layers, n_heads=4, num_labels=classes)
    ).eval()


def small_t5(layers=2):
    torch.manual_seed(0)
    return T5ForConditionalGeneration(
        T5Config(vocab_size=50, d_model=24, d_kv=6, d_ff=40, num_layers=layers, num_heads=4, decoder_start_token_id=0)
    ).eval()


def token_batch(examples=3, tokens=7, classes=3):
    generator = torch.Generator().manual_seed(3)
    mask = torch.ones(examples, tokens, dtype=torch.long)
    mask[0, tokens // 2 :] = 0
    return {
        "input_ids": torch.randint(4, 50, (examples, tokens), generator=generator) * mask,
        "attention_mask": mask,
        "label_ids": torch.arange(10, 10 + classes).expand(examples, -1),
    }
