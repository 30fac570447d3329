---@meta task

assert(false, 'stdlib/meta/task.lua is documentation; write require "task" instead')

--- Doing several things at the same time. Also a global.
---@class task
local task = {}

---@class ParallelOptions
---@field limit integer?       how many run at the same time at most (8)
---@field progress string?     shows how far it is under this word, `"Sharing"`: a bar on a terminal, else lines
---@field keep_going boolean?  an error does not stop the rest; all errors come back with their items

---@class ParallelError
---@field item any      the element
---@field index integer its place in the list
---@field error any     what was raised

--- Calls a function for every element of a list, several at a time: `f(item, index)`.
---
--- Results are in the list's order; where `f` gives nil, the list of results has a hole. The first error
--- cancels the rest, with what they wait for, and is raised. With `keep_going` all errors come back, in the
--- list's order too. `f` may itself call `task.parallel`; each call has a limit of its own.
---
--- Raises: usage (arguments), and what `f` raises.
---@param list any[]  or an iterator with a `collect` method
---@param f fun(item: any, index: integer): any
---@param options ParallelOptions?
---@return any[] results
---@return ParallelError[]? errors  with `keep_going`: a list, empty where all went well
function task.parallel(list, f, options) end

--- Does nothing for that many seconds, while other tasks go on.
---@param seconds number
function task.sleep(seconds) end

--- Calls a function that must be done within that many seconds; what it waits for is cancelled then.
---
--- A loop that never waits is not stopped by this. Raises: unavailable (it took longer), and what `f` raises.
---@param seconds number
---@param f function
---@param ... any  what `f` is called with
---@return any ...  what `f` returns
function task.timeout(seconds, f, ...) end

return task
