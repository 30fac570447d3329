--- Waits until a function gives something true.
---
---     local image = wait(function()
---       local image = cloud:image(id)
---       return image.status == "active" and image
---     end, { timeout = 600 })
---
--- Raises: unavailable (it never did), and whatever the function raises.

local fail = require "std.fail"
local task = require "task"

---@class WaitOptions
---@field timeout number?       seconds until it gives up (300)
---@field interval number?      seconds before the second look (1)
---@field backoff number?       by how much each wait is longer than the last (1.5)
---@field max_interval number?  seconds between two looks at most (10)
---@field what string?          what is waited for, for the error's message

local known = { timeout = 300, interval = 1, backoff = 1.5, max_interval = 10, what = "what was waited for" }

---@generic T
---@param f fun(): T?
---@param options WaitOptions?
---@return T value  what `f` gave
local function wait(f, options)
  options = options or {}
  for name in pairs(options) do
    if known[name] == nil then fail("usage", ("unknown option '%s' for wait"):format(name)) end
  end
  local function option(name)
    return options[name] == nil and known[name] or options[name]
  end
  local waited, pause = 0.0, option "interval"
  while true do
    local value = f()
    if value then return value end
    if waited >= option "timeout" then
      fail("unavailable", ("%s did not happen within %g s"):format(option "what", option "timeout"))
    end
    pause = math.min(pause, option "max_interval", option "timeout" - waited)
    task.sleep(pause)
    waited, pause = waited + pause, pause * option "backoff"
  end
end

return wait
