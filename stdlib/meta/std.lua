---@meta
error("stdlib/meta is documentation, and is not loaded")

--- The modules of `std` that are Rust; the others are Lua in `stdlib/std`, documented there.
---@class std
local std = {}

--- Raises an error object: how a recipe says no.
---
---     fail("conflict", "the image is public", { advice = "pass --yes to make it private" })
---
--- Raises: that error; usage (no such kind).
---@class std.fail
---@overload fun(kind: Kind, message: string, more: { advice: string?, op: string?, status: integer? }?)
std.fail = {}

--- Raises a caught error again, with a phrase before its message that says what it means here.
---@param err LunetteError|any
---@param message string
function std.fail.because(err, message) end

--- Raises a caught error again, and says what was done before it and what was left: for recipes that may be repeated.
---@param err LunetteError|any
---@param done any[]  names of what is done
---@param left any[]  names of what is not, the one that failed among them
function std.fail.partly(err, done, left) end

--- A value as the REPL shows it: strings quoted, tables as short Lua literals with sorted keys, cut off at depth and
--- length, a table within itself as `<cycle>`.
---@param value any
---@return string
function std.inspect(value) end

--- JSON. An empty table is a list, `json.object()` an empty object; null is nil, and never shows.
---@class std.json
std.json = {}

--- The JSON text of a value, keys sorted. Raises: usage (NaN, a table within itself, an iterator).
---@param value any
---@param pretty boolean?  on several lines, with indentation
---@return string
function std.json.encode(value, pretty) end

--- The value of a JSON text; null is nil. Raises: invalid (no JSON, with line and column).
---@param text string
---@return any
function std.json.decode(text) end

--- Marks a table, or a new one, to be an object even when it is empty.
---@param table table?
---@return table
function std.json.object(table) end

return std
