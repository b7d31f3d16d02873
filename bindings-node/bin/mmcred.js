#!/usr/bin/env node
'use strict'

const UNUSABLE = 4

function main() {
  try {
    const { native, settle } = require('../lib/native.js')
    return settle(native.cli(['mmcred', ...process.argv.slice(2)]))
  } catch (error) {
    process.stderr.write(`mmcred: ${error.message}\n`)
    return UNUSABLE
  }
}

process.exitCode = main()
