"""How far real pictures lead painted ones: the adversarial loss of both sides."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class RelativisticLoss(nn.Module):
    """Relativistic pairing loss: softplus of how much the logits of one batch lead those of another
    (Jolicoeur-Martineau, arXiv 1807.00734; as in R3GAN, Huang et al., arXiv 2501.05441, eq. 2).

    The discriminator's loss is that of (real, painted), the generator's that of (painted, real).
    """

    def forward(self, should_lead: Tensor, should_trail: Tensor) -> Tensor:
        """Logits of any one shape, each real picture's paired with those of a painted one."""
        return F.softplus(should_trail - should_lead).mean()  # ()
