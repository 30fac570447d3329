---@meta std.json

assert(false, 'stdlib/meta/std_json.lua is documentation; write require "std.json" instead')

local std = {}

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

return std.json
