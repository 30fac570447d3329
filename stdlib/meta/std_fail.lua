---@meta std.fail

assert(false, 'stdlib/meta/std_fail.lua is documentation; write require "std.fail" instead')

local std = {}

--- Raises an error object: how a recipe says no.
---
---     fail("conflict", "the image is public", { advice = "pass --yes to make it private" })
---
--- Raises: that error; usage (no such kind).
---@class std.fail
---@overload fun(kind: Kind, message: string, more: { advice: string?, op: string?, status: integer? }?): never
std.fail = {}

--- Raises a caught error again, with a phrase before its message that says what it means here.
---@param err Error|any
---@param message string
---@param advice string?  what to do next, in place of what the error says
function std.fail.because(err, message, advice) end

--- Raises a caught error again, and says what was done before it and what was left: for recipes that may be
--- repeated.
---
--- Where the error leaves open whether its own work was done (a lost answer), the first of `left` is `not
--- known`.
---@param err Error|any
---@param done any[]  names of what is done
---@param left any[]  names of what is not, the one that failed among them
function std.fail.partly(err, done, left) end

return std.fail
