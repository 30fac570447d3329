---@meta std.inspect

assert(false, 'stdlib/meta/std_inspect.lua is documentation; write require "std.inspect" instead')

local std = {}

--- A value as the REPL shows it: strings quoted, tables as short Lua literals with sorted keys, cut off at
--- depth and length, a table within itself as `<cycle>`.
---@param value any
---@return string
function std.inspect(value) end

return std.inspect
