// Between styles and places on the map: by the projection itself where that is linear, else by the nearest known points.

const NEIGHBOURS = 8; // these two as in neighbours.py
const SOFTENING = 1e-9;

async function fetched(address, headers = {}) {
  const file = await fetch(absolute(address), { headers });
  if (!file.ok) throw new Error(`the map's points did not arrive (${file.status})`);
  return file;
}

class Mapping {
  // rows and offset: place = rows · style + offset, with orthonormal rows; null where the projection is not linear.
  static async load({ dimensions, styles, places, drinks, truth, rows, offset }, dim) {
    const map = new Mapping();
    const files = [styles, places, drinks, ...(truth ? [truth.parts] : [])];
    const [first, second, third, fourth] = await Promise.all(files.map((address) => fetched(address)));
    Object.assign(map, { dim, dimensions, rows, offset, pictures: truth?.pictures });
    map.styles = new Float32Array(await first.arrayBuffer()); // (n, dim)
    map.places = new Float32Array(await second.arrayBuffer()); // (n, dimensions)
    Object.assign(map, await third.json()); // codes: the drink of each point; distinct: the drinks
    map.parts = fourth && new Uint32Array(await fourth.arrayBuffer()); // (n, 2), start and end in the pictures
    return map;
  }

  style(row) {
    return this.styles.subarray(row * this.dim, (row + 1) * this.dim);
  }

  drink(row) {
    return this.distinct[this.codes[row]].name;
  }

  // The recipe vector of a point; what is chosen, where nobody knows it.
  recipe(row, chosen) {
    const known = this.distinct[this.codes[row]].recipe;
    return known.length ? chosen.map((_, place) => Number(known.includes(place))) : chosen;
  }

  // A promise of the true picture of a point; undefined where it does not ship.
  truth(row) {
    const [start, end] = this.parts?.subarray(2 * row, 2 * row + 2) ?? [];
    if (!end) return;
    const part = fetched(this.pictures, { Range: `bytes=${start}-${end - 1}` });
    return part.then((file) => file.blob()).then(createImageBitmap);
  }

  placeOf(style) {
    if (!this.rows) return inverseDistanceMean(this.styles, this.dim, style, this.places, this.dimensions);
    return this.rows.map((row, axis) => row.reduce((sum, weight, at) => sum + weight * style[at], this.offset[axis]));
  }

  // The style at a place: of all that lie there, the nearest to `style` where the projection is linear.
  styleAt(place, style) {
    if (!this.rows) return inverseDistanceMean(this.places, 2, place, this.styles, this.dim);
    const now = this.placeOf(style);
    return Array.from(style, (value, at) =>
      this.rows.reduce((sum, row, axis) => sum + row[at] * (place[axis] - now[axis]), value));
  }
}

// Inverse distance weighting of the nearest points, as `inverse_distance_mean` of cocktailman/latent/neighbours.py.
function inverseDistanceMean(points, width, target, values, valueWidth) {
  const best = []; // [squared distance, point], nearest first
  for (let point = 0, count = points.length / width; point < count; point++) {
    let far = 0;
    for (let at = 0; at < width; at++) far += (points[point * width + at] - target[at]) ** 2;
    if (best.length === NEIGHBOURS && far >= best[NEIGHBOURS - 1][0]) continue;
    let place = best.length;
    while (place && best[place - 1][0] > far) place--;
    best.splice(place, 0, [far, point]);
    if (best.length > NEIGHBOURS) best.pop();
  }
  const mean = new Array(valueWidth).fill(0);
  let total = 0;
  for (const [far, point] of best) {
    const weight = 1 / (far + SOFTENING);
    total += weight;
    for (let at = 0; at < valueWidth; at++) mean[at] += weight * values[point * valueWidth + at];
  }
  return mean.map((sum) => sum / total);
}
