"""An autoencoder learns to rebuild drinks, from batches of what the training is given."""

import torch

from cocktailman.models.autoencoder.network import AutoencoderConfig, DrinkAutoencoder, reconstruction_loss
from tests.helpers.renders import write_renders
from training.oddness.autoencoder import DrinkPictures


def test_an_autoencoder_learns_from_drinks(tmp_path):
    torch.manual_seed(0)
    folder = write_renders(tmp_path / "renders")
    data = DrinkPictures(folder, folder, size=64, batch_size=8)
    assert len(data.pictures.table) == 80  # both, the one after the other
    image, _ = next(iter(data.train_dataloader()))
    network = DrinkAutoencoder(AutoencoderConfig(width=4, code=8))
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(30):
        loss = reconstruction_loss(network(image), image)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]
    assert torch.allclose(network.eval().score(image) ** 2, network.error_maps(image).mean((1, 2)))
