import assert from "node:assert/strict"
import { test } from "node:test"
import { SettingsError, switchesOf } from "../switches.js"

const VARIANT = new URL("../../../express/variant.toml", import.meta.url)

test("what is not named keeps its default", () => {
  const switches = switchesOf(VARIANT, "style=callback, pool_size=8")
  assert.deepEqual([switches.get("style"), switches.get("pool_size"), switches.get("workers")], ["callback", "8", "1"])
})

test("what does not exist refuses to start, and says what does", () => {
  const refusals = {
    "speed=10": "there is no switch 'speed'; the switches are style, ",
    "style=loop": "style cannot be 'loop'; choose one of async, callback.",
    "pool_size=08": "pool_size cannot be '08'; choose a whole number from 1 to 64.",
    "workers=2,workers=2": "workers is given twice; keep one of them.",
  }
  for (const [text, said] of Object.entries(refusals)) {
    assert.throws(() => switchesOf(VARIANT, text), (error) => error instanceof SettingsError && error.message.includes(said))
  }
})
