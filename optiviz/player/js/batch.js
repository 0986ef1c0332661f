// The surface of a batch of samples.

// The mean loss over some samples as a function of u and v, its two slopes, and where it is least (or
// null).
export function batchSurface(samples, indices) {
  const { kind, xy, groups, shape, nowhere } = samples;
  const m = indices.length;
  const mean = (of) => {
    let sum = 0;
    for (const i of indices) sum += of(xy[2 * i], xy[2 * i + 1]);
    return sum / m;
  };
  const [mx, my] = [mean((x) => x), mean((_, y) => y)];
  if (kind === "valleys") {
    const [a, b, d] = shape;
    const half = (u, v) => 0.5 * (a * u * u + 2 * b * u * v + d * v * v);
    const spread = mean((x, y) => half(x - mx, y - my));
    const value = (u, v) => half(u - mx, v - my) + spread;
    const slopes = (u, v) => [a * (u - mx) + b * (v - my), b * (u - mx) + d * (v - my)];
    return { value, slopes, least: [mx, my] };
  }
  if (kind === "regression") {
    const [xx, xy_, yy] = [mean((x) => x * x), mean((x, y) => x * y), mean((_, y) => y * y)];
    const value = (u, v) =>
      Math.max(0, u * u * xx + v * v + yy + 2 * (u * v * mx - u * xy_ - v * my));
    const slopes = (u, v) => [2 * (u * xx + v * mx - xy_), 2 * (u * mx + v - my)];
    const spread = xx - mx * mx;
    const slope = (xy_ - mx * my) / spread;
    return { value, slopes, least: spread * m > nowhere.alike ? [slope, my - slope * mx] : null };
  }
  if (kind === "river") return river(shape, my, mean((_, c) => (c - my) ** 2));
  if (kind === "rare") return rare(shape, [mx, my]);
  const signed = [...indices].map((i) => {
    const sign = 2 * groups[i] - 1;
    return [sign * xy[2 * i], sign * xy[2 * i + 1]];
  });
  const value = (u, v) => {
    let sum = 0;
    for (const [x, y] of signed) {
      const margin = u * x + v * y;
      sum += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
    }
    return sum / m;
  };
  const slopes = (u, v) => {
    const sums = [0, 0];
    for (const [x, y] of signed) {
      const pull = -0.5 * (1 - Math.tanh((u * x + v * y) / 2));
      sums[0] += pull * x;
      sums[1] += pull * y;
    }
    return sums.map((sum) => sum / m);
  };
  // Whoever wants the slopes alone need not wait for it.
  return { value, slopes, get least() { return newton(signed, nowhere); } };
}

// The river whose bed is the mean of the batch's: steep banks on both sides, and a mouth.
function river([bank, fall, mouth, width, turn], middle, spread) {
  const beside = (u, v) => v - width * Math.sin(turn * u) - middle;
  const value = (u, v) => 0.5 * (bank * (beside(u, v) ** 2 + spread) + fall * (u - mouth) ** 2);
  const slopes = (u, v) => {
    const push = bank * beside(u, v);
    return [fall * (u - mouth) - push * width * turn * Math.cos(turn * u), push];
  };
  return { value, slopes, least: [mouth, width * Math.sin(turn * mouth) + middle] };
}

// A slope in each parameter, between walls at ±1.
function rare([wall], means) {
  const over = (w) => Math.max(Math.abs(w) - 1, 0);
  const value = (u, v) => [u, v].reduce((sum, w, i) => sum + means[i] * w + wall * over(w) ** 3, 0);
  const slopes = (u, v) => [u, v].map((w, i) => means[i] + 3 * wall * over(w) ** 2 * Math.sign(w));
  const end = (mean) => -Math.sign(mean) * (1 + Math.sqrt(Math.abs(mean) / (3 * wall)));
  return { value, slopes, least: means.every(Boolean) ? means.map(end) : null };
}

// The least of the logistic loss; null where it runs away because the groups can be separated.
function newton(signed, { rounds, flat, far }) {
  let [u, v] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    let [a, b, d, gu, gv] = [0, 0, 0, 0, 0];
    for (const [x, y] of signed) {
      const p = 0.5 * (1 - Math.tanh((u * x + v * y) / 2));
      const q = p * (1 - p);
      a += q * x * x;
      b += q * x * y;
      d += q * y * y;
      gu += p * x;
      gv += p * y;
    }
    const det = a * d - b * b;
    if (det < flat * signed.length ** 2 || Math.max(Math.abs(u), Math.abs(v)) > far) return null;
    u += (d * gu - b * gv) / det;
    v += (a * gv - b * gu) / det;
  }
  return [u, v];
}
