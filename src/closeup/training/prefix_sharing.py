"""TRL's GRPO with our generation: a group's page is fed once, and a crop is all a turn adds.

Only three methods of the trainer are replaced, all private to TRL 1.16: its prompts, tools, masks,
rewards, loss and metrics stay its own.
"""

from contextlib import nullcontext
from typing import Any

import torch
from trl.trainer.grpo_trainer import GRPOTrainer

from closeup.models.hf.choose import never_said, sampled
from closeup.models.hf.engine import KEEP_BYTES, Engine
from closeup.models.hf.image_memo import ImageMemo
from closeup.records import CloseupError
from closeup.training.compact_head import compact_head
from closeup.training.shared_prefix import shared_prefix
from closeup.training.shared_vision import shared_vision


class PrefixSharingGRPOTrainer(GRPOTrainer):
    """GRPOTrainer that samples in this process with `Engine`.

    Of one seed it draws other samples than TRL's generation, of the same law. Raises CloseupError
    for settings that the engine does not know.
    """

    reply_tokens: int | None = None
    """Most tokens of one turn; None: as many as a whole completion may have."""
    keep_bytes: int = KEEP_BYTES
    """Of keys and values, kept from turn to turn."""
    share_learning: bool = True
    """In the training pass, too, encode each image and feed what rows begin with alike once, and
    project nothing of the prompt onto the vocabulary."""
    force: Any = None
    """For tests and measurements: called with the prompts' ids, gives what each row is to say."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refuse()
        processor: Any = self.processing_class
        if not isinstance(processor.image_processor, ImageMemo):
            processor.image_processor = ImageMemo(processor.image_processor)
        self._memo: ImageMemo = processor.image_processor
        model = self.accelerator.unwrap_model(self.model)
        self._silent = never_said(model.config, processor)
        try:
            self._engine = Engine(
                model, self._memo, model.config.image_token_id, keep_bytes=self.keep_bytes
            )
        except ValueError as problem:
            raise CloseupError(str(problem)) from None
        if self.share_learning:
            shared_vision(model)
            shared_prefix(model)

    def _refuse(self) -> None:
        """What would be ignored, or would hang: processes that wait for each other in a pass."""
        args: Any = self.args
        unknown = {
            "use_vllm": args.use_vllm,
            "use_transformers_continuous_batching": self.use_transformers_continuous_batching,
            "rollout_func": self.rollout_func is not None,
            "top_k": args.top_k not in (None, 0),
            "min_p": args.min_p is not None,
            "repetition_penalty": args.repetition_penalty != 1.0,
            "cache_implementation": args.cache_implementation is not None,
            "generation_kwargs": bool(args.generation_kwargs),
            "DeepSpeed": self.is_deepspeed_enabled,
            "FSDP": self.is_fsdp_enabled,
        }
        if named := ", ".join(name for name, used in unknown.items() if used):
            raise CloseupError(f"prefix sharing does not go with {named}: set share_prefix = false")

    def _generate(self, prompts: list[Any]) -> Any:
        self._engine.bind(self.accelerator.unwrap_model(self.model))  # and forget: other weights
        self._memo.light = True
        try:
            return super()._generate(prompts)
        finally:
            self._memo.light = False
            self._engine.reset()

    def _get_per_token_logps_and_entropies(self, *args: Any, **kwargs: Any) -> Any:
        with compact_head() if self.share_learning else nullcontext():
            return super()._get_per_token_logps_and_entropies(*args, **kwargs)

    def _generate_single_turn(
        self, prompt_ids: list[list[int]], images: Any, *_: Any, **__: Any
    ) -> tuple[list[list[int]], None]:
        count = len(prompt_ids)
        seeds = torch.randint(2**62, (count,)).tolist()  # of the state that a checkpoint keeps
        whole: Any = self.max_completion_length
        sampling = sampled(
            seeds,
            most=min(self.reply_tokens or whole, whole),
            ends=self.eos_token_ids,
            silent=self._silent,
            temperature=self.temperature,
            top_p=self.top_p,
            device=self.accelerator.device,
        )
        force = self.force and self.force(prompt_ids)
        ids, _logps = self._engine.generate(prompt_ids, images, sampling, force)
        return ids, None  # TRL takes log-probabilities from its own pass
