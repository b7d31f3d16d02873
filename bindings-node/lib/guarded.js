'use strict'

const { inspect } = require('node:util')

/** What a guarded object shows of itself. */
const shown = Symbol('shown')

/** An object that holds or leads to a secret. It prints and serializes only what it shows, and can not be cloned. */
class Guarded {
  constructor() {
    // An own function makes structuredClone and postMessage refuse the object; without it they would hand
    // out an empty one. (`markAsUncloneable` needs Node 22.10.)
    Object.defineProperty(this, 'toJSON', { enumerable: true, value: () => this[shown]() })
  }

  [inspect.custom](_depth, options, inspectIt = inspect) {
    return `${this.constructor.name} ${inspectIt(this[shown](), options)}`
  }
}

module.exports = { Guarded, shown }
