// Paints in a thread of its own, so that the page stays quick: ONNX Runtime on one WebAssembly thread.
// Hears {runtime, decoder, size} once, then {style, recipe}; answers each with {pixels} (RGBA) or {error}.

let ort, session, side;

async function open({ runtime, decoder, size }) {
  ort = await import(runtime + "ort.wasm.bundle.min.mjs");
  const packed = await fetch(runtime + "ort-wasm-simd-threaded.wasm.gz");
  if (!packed.ok) throw new Error(`ONNX Runtime did not arrive (${packed.status})`);
  ort.env.wasm.wasmBinary = await new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  ort.env.wasm.numThreads = 1; // more need headers that would lock the app out of other sites' frames
  const file = await fetch(decoder);
  if (!file.ok) throw new Error(`the decoder did not arrive (${file.status})`);
  session = await ort.InferenceSession.create(new Uint8Array(await file.arrayBuffer()));
  side = size;
}

async function paint({ style, recipe }) {
  const { image } = await session.run({
    style: new ort.Tensor("float32", style, [1, style.length]),
    recipe: new ort.Tensor("float32", recipe, [1, recipe.length]),
  });
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  const channels = image.dims[1]; // 4 of a cut-out: colour and coverage, as the canvas takes them
  for (let at = 0, area = side * side; at < area; at++)
    for (let colour = 0; colour < channels; colour++) pixels[4 * at + colour] = 255 * image.data[colour * area + at];
  return pixels;
}

let opened;
onmessage = async ({ data }) => {
  try {
    if (data.decoder) return void (await (opened = open(data)));
    await opened;
    const pixels = await paint(data);
    postMessage({ pixels }, [pixels.buffer]);
  } catch (error) {
    postMessage({ error: error.message });
  }
};
