"""Parts, surroundings, light and camera become a Blender scene, and the scene a picture (Cycles, on the CPU).

The one file that needs `bpy`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray
from PIL import Image

from training.renders.camera import ANGLE, Camera
from training.renders.mesh import Mesh, mesh
from training.renders.parts import Material, Part
from training.renders.tables import TableLook

TABLE_SIDE = 140.0  # cm
LAMP_DISTANCE, LAMP_SIDE = 80.0, 28.0  # cm
LAMP_POWER = 60000.0  # of a lamp of strength 1, in the unit Blender calls W when lengths are cm
EXPOSURE = -0.1  # stops
BACKDROP = "backdrop"  # what the node is called that holds its radiance
APERTURE = 0.009  # radius of the lens, in units of the distance it is sharp at: what is a hand behind is soft


@dataclass(frozen=True)
class Lamp:
    """A square soft box: where it hangs (3,) cm, the linear RGB of its light, and its strength (1 is usual)."""

    position: NDArray[np.float64]
    colour: tuple[float, float, float]
    strength: float


@dataclass(frozen=True)
class Surroundings:
    """What stands around a drink: its panorama of linear radiance (256, 512, 3), and a table or none.

    The table's texture is turned by `turn` degrees, and its top ends `back` cm behind the drink. A `backdrop` is one
    radiance that the camera sees behind the drink, past it and through its glass, in place of the panorama, which goes
    on to light the drink and to be mirrored in it.
    """

    panorama: NDArray[np.float32]
    table: TableLook | None = None
    turn: float = 0.0
    back: float = 0.0
    backdrop: float | None = None


class Studio:
    """Blender, set up once; `render` empties the stage before each picture."""

    def __init__(self, size: int, samples: int, threads: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene: Any = bpy.context.scene
        self.scene.render.engine = "CYCLES"
        render, cycles, view = self.scene.render, self.scene.cycles, self.scene.view_settings
        render.resolution_x = render.resolution_y = size
        render.threads_mode, render.threads = "FIXED", threads
        render.image_settings.file_format = "PNG"
        render.image_settings.compression = 0
        cycles.device = "CPU"
        cycles.samples = samples
        cycles.use_adaptive_sampling = False
        cycles.use_denoising, cycles.denoiser, cycles.denoising_quality = True, "OPENIMAGEDENOISE", "BALANCED"
        cycles.max_bounces, cycles.transmission_bounces, cycles.transparent_max_bounces = 10, 9, 10
        cycles.diffuse_bounces, cycles.glossy_bounces, cycles.volume_bounces = 1, 2, 0
        cycles.use_light_tree = False  # one lamp and a sky: nothing to choose among
        cycles.caustics_reflective = cycles.caustics_refractive = False  # noise; shadows of glass are lit another way
        cycles.sample_clamp_indirect = 6.0
        cycles.blur_glossy = 0.5
        view.view_transform, view.look, view.exposure = "Standard", "None", EXPOSURE

    def render(
        self, parts: list[Part], around: Surroundings, lamp: Lamp, camera: Camera, focus: float, seed: int
    ) -> Image.Image:
        """The picture, RGB, `size` px; the camera is sharp at `focus` cm."""
        self.build(parts, around, lamp, camera, focus, seed)
        return self.shoot()

    def build(
        self, parts: list[Part], around: Surroundings, lamp: Lamp, camera: Camera, focus: float, seed: int
    ) -> None:
        """Sets the stage, for one picture or several."""
        self._clear()
        self.scene.cycles.seed = seed
        for part in parts:
            self._add(part.shape, _material(part.material), smooth=True)
        if around.table:
            self._add(_plane(around.turn, around.back), _table_material(around.table), smooth=False)
        self._light(around, lamp)
        self._look(camera, focus)

    def shoot(self, backdrop: float | None = None) -> Image.Image:
        """The picture, RGB, of the stage as it is; of a backdrop, where one stands, its radiance may be another."""
        if backdrop is not None:
            self.scene.world.node_tree.nodes[BACKDROP].inputs["Color"].default_value = (backdrop,) * 3 + (1,)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            self.scene.render.filepath = str(path)
            bpy.ops.render.render(write_still=True)
            return Image.open(path).convert("RGB")

    def _clear(self) -> None:
        data: Any = bpy.data
        for kind in ("objects", "meshes", "materials", "images", "lights", "cameras", "worlds"):
            blocks = getattr(data, kind)
            for block in list(blocks):
                blocks.remove(block)

    def _add(self, shape: Mesh, material: Any, smooth: bool) -> None:
        made: Any = bpy.data.meshes.new("part")
        made.vertices.add(len(shape.vertices))
        made.vertices.foreach_set("co", shape.vertices.astype(np.float32).ravel())
        made.loops.add(shape.faces.size)
        made.loops.foreach_set("vertex_index", shape.faces.astype(np.int32).ravel())
        made.polygons.add(len(shape.faces))
        made.polygons.foreach_set("loop_start", np.arange(0, shape.faces.size, 3, dtype=np.int32))
        layer = made.uv_layers.new(name="uv")
        layer.uv.foreach_set("vector", shape.uv[shape.faces].astype(np.float32).ravel())
        made.update(calc_edges=True)
        if smooth:
            made.polygons.foreach_set("use_smooth", np.ones(len(shape.faces), bool))
            made.set_sharp_from_angle(angle=np.radians(50))
        made.materials.append(material)
        self.scene.collection.objects.link(bpy.data.objects.new("part", made))

    def _light(self, around: Surroundings, lamp: Lamp) -> None:
        world: Any = bpy.data.worlds.new("world")
        self.scene.world = world
        world.use_nodes = True
        nodes, links = world.node_tree.nodes, world.node_tree.links
        sky = nodes.new("ShaderNodeTexEnvironment")
        sky.image, sky.interpolation = _image(around.panorama, linear=True), "Cubic"
        place, ahead = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
        ahead.inputs["Rotation"].default_value = (0, 0, -np.pi / 2)  # the middle of the panorama lies at +y
        links.new(place.outputs["Generated"], ahead.inputs["Vector"])
        links.new(ahead.outputs["Vector"], sky.inputs["Vector"])
        links.new(sky.outputs["Color"], nodes["Background"].inputs["Color"])
        if around.backdrop is not None:
            _stand_behind(around.backdrop, nodes, links)
        world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", 256
        light: Any = bpy.data.lights.new("lamp", "AREA")
        light.shape, light.size = "SQUARE", LAMP_SIDE
        light.energy, light.color = LAMP_POWER * lamp.strength, lamp.colour
        hung: Any = bpy.data.objects.new("lamp", light)
        hung.matrix_world = _looking(lamp.position, np.array([0.0, 0.0, 6.0]) - lamp.position)
        hung.visible_camera = False
        self.scene.collection.objects.link(hung)

    def _look(self, camera: Camera, focus: float) -> None:
        lens: Any = bpy.data.cameras.new("camera")
        lens.sensor_fit, lens.angle = "HORIZONTAL", np.radians(ANGLE)
        lens.clip_end = 5000
        lens.dof.use_dof, lens.dof.focus_distance = True, focus
        lens.dof.aperture_fstop = lens.lens / 1000 / (2 * APERTURE * focus)  # Blender takes our cm for m
        placed: Any = bpy.data.objects.new("camera", lens)
        right, up, forward = camera.axes
        placed.matrix_world = _frame(right, up, -forward, camera.position)
        self.scene.collection.objects.link(placed)
        self.scene.camera = placed


def _stand_behind(backdrop: float, nodes: Any, links: Any) -> None:
    """Camera rays and what glass lets through of them meet a backdrop of one radiance instead of the world."""
    path, either, plain = (nodes.new(f"ShaderNode{kind}") for kind in ("LightPath", "Math", "Background"))
    either.operation = "MAXIMUM"
    links.new(path.outputs["Is Camera Ray"], either.inputs[0])
    links.new(path.outputs["Is Transmission Ray"], either.inputs[1])
    plain.name, plain.inputs["Color"].default_value = BACKDROP, (backdrop,) * 3 + (1,)
    seen = _mixed(nodes, links, either.outputs[0], nodes["Background"], plain)
    links.new(seen.outputs[0], nodes["World Output"].inputs["Surface"])


def _plane(turned: float, back: float) -> Mesh:
    """The table's top, which ends so far (cm) behind the drink, its texture turned by degrees."""
    half = TABLE_SIDE / 2
    corners = np.array([(-half, back - TABLE_SIDE, 0), (half, back - TABLE_SIDE, 0), (half, back, 0), (-half, back, 0)])
    c, s = np.cos(np.radians(turned)), np.sin(np.radians(turned))
    return mesh(corners, [(0, 1, 2), (0, 2, 3)], corners[:, :2] @ np.array([[c, s], [-s, c]]))


def _looking(position: NDArray[np.float64], along: NDArray[np.float64]) -> Matrix:
    """The frame of a lamp that shines along a direction."""
    back = -along / np.linalg.norm(along)
    right = np.cross([0, 0, 1.0], back)
    right /= np.linalg.norm(right)
    return _frame(right, np.cross(back, right), back, position)


def _frame(*columns: NDArray[np.float64]) -> Matrix:
    matrix = np.eye(4)
    matrix[:3] = np.stack(columns, 1)
    return Matrix(matrix.tolist())


def _image(pixels: NDArray[np.float32], linear: bool) -> Any:
    """An image in Blender, of (h, w, 3 or 4) numbers, rows from the bottom up.

    Cycles takes a buffer of floats for linear whatever its colour space says: sRGB goes into one of bytes.
    """
    height, width, channels = pixels.shape
    image: Any = bpy.data.images.new("image", width, height, alpha=channels == 4, float_buffer=linear)
    image.colorspace_settings.name = "Linear Rec.709" if linear else "sRGB"
    full = np.ones((height, width, 4), np.float32)
    full[..., :channels] = pixels
    image.pixels.foreach_set(full.ravel())
    image.update()
    return image


def _material(look: Material) -> Any:
    material: Any = bpy.data.materials.new("material")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    surface, output = nodes["Principled BSDF"], nodes["Material Output"]
    inputs = surface.inputs
    inputs["Base Color"].default_value = (*look.colour, 1)
    inputs["Roughness"].default_value = look.roughness
    inputs["Metallic"].default_value = look.metallic
    inputs["IOR"].default_value = look.ior
    inputs["Transmission Weight"].default_value = look.transmission
    inputs["Subsurface Weight"].default_value = look.subsurface
    inputs["Subsurface Radius"].default_value = (1.0, 0.7, 0.5)
    inputs["Subsurface Scale"].default_value = look.subsurface_radius
    if look.texture is not None:
        picture = nodes.new("ShaderNodeTexImage")
        picture.image = _image(look.texture, linear=False)
        links.new(picture.outputs["Color"], inputs["Base Color"])
        if look.texture.shape[2] == 4:
            links.new(picture.outputs["Alpha"], inputs["Alpha"])
    elif look.top_colour is not None:
        _ramp(look, nodes, links, inputs["Base Color"])
    if look.bump:
        _bump(look, nodes, links, inputs["Normal"])
    if look.transmission > 0.02:
        _let_light_through(look, nodes, links, surface, output)
    return material


def _let_light_through(look: Material, nodes: Any, links: Any, surface: Any, output: Any) -> None:
    """The share `transmission` of the surface is clear, the rest as it was; what passes is coloured inside.

    Light on its way to or from a matt surface passes straight: refracted, it would have to find a lamp by chance, and
    all that stands in or behind glass would be dark and grainy.
    """
    clear = nodes.new("ShaderNodeBsdfPrincipled")
    colour = (1.0, 1.0, 1.0) if look.absorption is not None else look.colour
    for name, value in {"Base Color": (*colour, 1), "Transmission Weight": 1.0, "IOR": look.ior}.items():
        clear.inputs[name].default_value = value
    clear.inputs["Roughness"].default_value = look.roughness
    if look.bump:
        links.new(surface.inputs["Normal"].links[0].from_socket, clear.inputs["Normal"])
    path, either, straight = (
        nodes.new("ShaderNodeLightPath"),
        nodes.new("ShaderNodeMath"),
        nodes.new("ShaderNodeBsdfTransparent"),
    )
    either.operation = "MAXIMUM"
    links.new(path.outputs["Is Shadow Ray"], either.inputs[0])
    links.new(path.outputs["Is Diffuse Ray"], either.inputs[1])
    straight.inputs["Color"].default_value = (0.95, 0.95, 0.95, 1)  # what a surface reflects is gone
    passing = _mixed(nodes, links, either.outputs[0], clear, straight)
    if look.transmission < 1:
        surface.inputs["Transmission Weight"].default_value = 0
        surface.inputs["Roughness"].default_value = 0.1
        passing = _mixed(nodes, links, look.transmission, surface, passing)
    links.new(passing.outputs[0], output.inputs["Surface"])
    if look.absorption is not None:
        volume = nodes.new("ShaderNodeVolumeAbsorption")
        strongest = max(*look.absorption, 1e-4)
        volume.inputs["Color"].default_value = (*(1 - np.array(look.absorption) / strongest), 1)
        volume.inputs["Density"].default_value = strongest
        links.new(volume.outputs["Volume"], output.inputs["Volume"])


def _mixed(nodes: Any, links: Any, share: Any, one: Any, other: Any) -> Any:
    """A node that mixes the two; `share`, a number or a socket, is the other's."""
    mixed = nodes.new("ShaderNodeMixShader")
    if isinstance(share, float):
        mixed.inputs[0].default_value = share
    else:
        links.new(share, mixed.inputs[0])
    links.new(one.outputs[0], mixed.inputs[1])
    links.new(other.outputs[0], mixed.inputs[2])
    return mixed


def _ramp(look: Material, nodes: Any, links: Any, target: Any) -> None:
    """The colour runs from the lowest point of the shape to the highest."""
    place, split, ramp = (
        nodes.new("ShaderNodeTexCoord"),
        nodes.new("ShaderNodeSeparateXYZ"),
        nodes.new("ShaderNodeValToRGB"),
    )
    links.new(place.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs[0])
    ramp.color_ramp.interpolation = "EASE"
    ramp.color_ramp.elements[0].color = (*look.colour, 1)
    ramp.color_ramp.elements[1].color = (*(look.top_colour or look.colour), 1)
    links.new(ramp.outputs["Color"], target)


def _bump(look: Material, nodes: Any, links: Any, target: Any) -> None:
    place, noise, bump = (nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeBump"))
    links.new(place.outputs["Object"], noise.inputs["Vector"])
    noise.inputs["Scale"].default_value = 1 / look.bump_size
    noise.inputs["Detail"].default_value = 3
    bump.inputs["Distance"].default_value = look.bump
    links.new(noise.outputs["Fac"], bump.inputs["Height"])
    links.new(bump.outputs["Normal"], target)


def _table_material(look: TableLook) -> Any:
    material: Any = bpy.data.materials.new("table")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    inputs = nodes["Principled BSDF"].inputs
    place, scale = nodes.new("ShaderNodeUVMap"), nodes.new("ShaderNodeVectorMath")
    scale.operation = "SCALE"
    scale.inputs["Scale"].default_value = 1 / look.width_cm
    links.new(place.outputs["UV"], scale.inputs[0])
    picture = nodes.new("ShaderNodeTexImage")
    picture.image = _image(look.albedo, linear=False)
    links.new(scale.outputs["Vector"], picture.inputs["Vector"])
    links.new(picture.outputs["Color"], inputs["Base Color"])
    inputs["Roughness"].default_value, inputs["Metallic"].default_value = look.roughness, look.metallic
    inputs["Coat Weight"].default_value = look.coat
    if look.bump is not None:
        height, bump = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeBump")
        height.image = _image(np.repeat(look.bump[..., None], 3, 2), linear=True)
        links.new(scale.outputs["Vector"], height.inputs["Vector"])
        bump.inputs["Distance"].default_value = 1.0
        links.new(height.outputs["Color"], bump.inputs["Height"])
        links.new(bump.outputs["Normal"], inputs["Normal"])
    return material
