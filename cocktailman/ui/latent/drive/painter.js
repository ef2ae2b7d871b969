// Asks a worker for pictures, one at a time, and shows them. WORKER is the text of worker.js.

const RUNTIME = "app/static/onnxruntime-web/";

const absolute = (address) => new URL(address.replace(/^\//, ""), document.baseURI).href;

class Painter {
  constructor(decoder, size, complain) {
    Object.assign(this, { size, complain });
    this.wanted = new Map(); // canvas -> what it should show next; what came before it is never painted
    this.worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })), { type: "module" });
    this.worker.onmessage = ({ data }) => this.take(data);
    this.worker.onerror = ({ message }) => this.complain(message);
    this.worker.postMessage({ runtime: absolute(RUNTIME), decoder: absolute(decoder), size });
  }

  // Paints as soon as there is time; of many wishes for one canvas the last counts.
  paint(canvas, style, recipe, done = () => {}) {
    this.wanted.set(canvas, { style: Float32Array.from(style), recipe: Float32Array.from(recipe), done });
    if (!this.current) this.next();
  }

  next() {
    const [first] = this.wanted;
    this.current = first;
    if (!first) return;
    const [canvas, { style, recipe }] = first;
    this.wanted.delete(canvas);
    this.worker.postMessage({ style, recipe });
  }

  take({ pixels, error }) {
    const [canvas, { style, done }] = this.current;
    this.next(); // the worker paints on while this picture is shown
    if (error) return this.complain(error);
    canvas.width = canvas.height = this.size;
    canvas.getContext("2d").putImageData(new ImageData(pixels, this.size), 0, 0);
    done(style);
  }

  leave() {
    this.worker.terminate();
  }
}
