---@meta

assert(false, "stdlib/meta/globals.lua is documentation")

--- The arguments of the script: `arg[1]` and on; `arg[0]` is its own name.
---@type string[]
arg = {}

--- Calls a function, and gives what it returns, or nil and the error. See `std.try`.
---@param f function
---@param ... any  what `f` is called with
---@return any value  all that `f` returns; nil where it raises
---@return any err    what it raised
function try(f, ...) end

--- A value as the REPL shows it: strings quoted, tables as short Lua literals with sorted keys. See
--- `std.inspect`.
---@param value any
---@return string
function inspect(value) end

--- The standard library, each module loaded when its name is first read: `std.list` is `require "std.list"`.
---@type table<string, any>
std = {}

--- Doing several things at the same time: `require "task"`.
---@type task
task = {}

--- Files under the working folder: `require "fs"`.
---@type fs
fs = {}
