// What opossum uses of Node's module `events`, for the browser build: a tenth of the usual stand-in's size.
class EventEmitter {
  #listeners = new Map();

  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    return this;
  }

  emit(name, ...details) {
    const listeners = this.#listeners.get(name) ?? [];
    for (const listener of listeners) listener.apply(this, details);
    return listeners.length > 0;
  }

  removeListener(name, listener) {
    const listeners = this.#listeners.get(name) ?? [];
    this.#listeners.set(
      name,
      listeners.filter((each) => each !== listener),
    );
    return this;
  }

  removeAllListeners() {
    this.#listeners.clear();
    return this;
  }
}

module.exports = EventEmitter;
module.exports.EventEmitter = EventEmitter;
