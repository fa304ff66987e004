/** The sum of what was spent in the last `windowMs`. */
export class SlidingWindow {
  readonly #windowMs: number;
  readonly #entries: { at: number; units: number }[] = [];
  #first = 0;
  #sum = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  sumAt(now: number): number {
    const oldest = now - this.#windowMs;
    while (this.#first < this.#entries.length && this.#entries[this.#first]!.at <= oldest) {
      this.#sum -= this.#entries[this.#first]!.units;
      this.#first += 1;
    }
    if (this.#first > 1_000) {
      this.#entries.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#sum;
  }

  add(now: number, units: number): void {
    this.#entries.push({ at: now, units });
    this.#sum += units;
  }
}
