--- What a case works with: three clouds, images that are gone afterwards, recipes as functions.
local glance = require "glance"
local try = require "std.try"

---@class Workplace
---@field a Cloud
---@field b Cloud
---@field c Cloud
---@field made Image[]  what `sweep` deletes
local workplace = {}
workplace.__index = workplace

local serial = 0

--- Opens a workplace with the clouds `a`, `b` and `c`.
function workplace.open()
  local place = { made = {} }
  for _, letter in ipairs { "a", "b", "c" } do
    place[letter] = glance.connect("project-" .. letter)
  end
  return setmetatable(place, workplace)
end

--- A name nobody else uses.
function workplace.name(_, word)
  serial = serial + 1
  return ("spec-%s-%d-%d"):format(word or "image", os.time(), serial)
    .. ("%06d"):format(math.random(0, 999999))
end

--- Creates an image in project A (or `cloud`), to be deleted after the case.
---@return Image
function workplace:image(options, cloud)
  options = options or {}
  options.name = options.name or self:name()
  local image = (cloud or self.a):create_image(options)
  self.made[#self.made + 1] = image
  return image
end

--- Creates one with a few bytes of data.
---@return Image
function workplace:active_image(options)
  options = options or {}
  options.disk_format, options.container_format, options.data =
    "raw", "bare", options.data or "some bytes of a disk"
  return self:image(options)
end

--- Runs a stock recipe as a module.
function workplace.recipe(_, name, cloud, args)
  return require("recipes." .. name).run(cloud, args)
end

--- Deletes what the case made.
function workplace:sweep()
  for _, image in ipairs(self.made) do
    local _, err = try(function()
      local now = image:refresh()
      if now.protected then now:update { protected = false } end
      now:delete()
    end)
    if err and err.kind ~= "not_found" then error(err) end
  end
end

return workplace
