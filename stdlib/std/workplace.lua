--- What a case of `lunette test` works with: three clouds, images that are gone afterwards, recipes as
--- functions.
---
---     local specs = {}
---
---     specs["a pending member sees no image by name"] = function(t)
---       local image = t:image { visibility = "shared" }
---       image:add_member(t.b.project_id)
---       check.equal(t.b:images({ name = image.name }):first(), nil)
---     end
---
---     return specs
---
--- `t.a`, `t.b` and `t.c` are three projects, connected when they are first used; `t.admin` is the entry
--- `admin` of clouds.yaml, `t.other` the entry `other`, a project of another cloud that has a Keystone of its
--- own; `t.sandbox` is `require "sandbox"`. A case that asks for one of them where there is none is skipped.
local list = require "std.list"
local try = require "std.try"

local workplace = {}

---@class Workplace
---@field a Cloud
---@field b Cloud
---@field c Cloud
---@field admin Cloud
---@field other Cloud
---@field sandbox sandbox
---@field package entries table<string, string>
---@field package made Image[]
---@field package undo function[]
---@field package has_sandbox boolean
---@field package skipped string?
local Workplace = {}

local meta = {}

---@param place Workplace
---@param name string
function meta.__index(place, name)
  if Workplace[name] then return Workplace[name] end
  local entry = rawget(place, "entries")[name]
  if entry then
    local cloud = require("glance").connect(entry)
    rawset(place, name, cloud)
    return cloud
  end
  if name == "admin" or name == "other" then
    local glance = require "glance"
    if not list.contains(glance.clouds(), name) then
      place:skip(("needs an entry `%s` in clouds.yaml"):format(name))
    end
    local cloud = glance.connect(name)
    rawset(place, name, cloud)
    return cloud
  end
  if name == "sandbox" then
    if not rawget(place, "has_sandbox") then place:skip "needs the sandbox" end
    return require "sandbox"
  end
  error(
    ("a workplace has no field '%s'; it has a, b, c, admin, other, sandbox, name, image, …"):format(
      tostring(name)
    ),
    2
  )
end

--- Opens a workplace on three entries of clouds.yaml. `lunette test` does this for every case.
---@param entries string[]
---@param has_sandbox boolean?
---@return Workplace
function workplace.open(entries, has_sandbox)
  local place = {
    entries = { a = entries[1], b = entries[2], c = entries[3] },
    has_sandbox = has_sandbox or false,
    made = {},
    undo = {},
  }
  return setmetatable(place, meta)
end

--- A name nobody else uses.
---@param word string?  what it begins with (`image`)
---@return string
function Workplace.name(_, word)
  return ("spec-%s-%d-%08x"):format(word or "image", os.time(), math.random(0, 0xffffffff))
end

--- A URL that the cloud itself can fetch: its list of versions; or one beside it, which leads to nothing.
---@param last string?
---@return string
function Workplace:uri(last)
  return self.a.endpoint .. "/" .. (last or "versions")
end

--- Text of so many bytes, no two pieces of which are alike.
---@param bytes integer
---@return string
function Workplace.text(_, bytes)
  local pieces = {}
  for i = 1, bytes // 16 + 1 do
    pieces[i] = ("%015d\n"):format(i)
  end
  return table.concat(pieces):sub(1, bytes)
end

--- Creates an image in project A, or in another cloud, to be deleted after the case.
---@param options table?  as for `Cloud:create_image`; without a name it gets one
---@param cloud Cloud?
---@return Image
function Workplace:image(options, cloud)
  options = options or {}
  options.name = options.name or self:name()
  local image = (cloud or self.a):create_image(options)
  self.made[#self.made + 1] = image
  return image
end

--- Creates one with a few bytes of data.
---@param options table?
---@param cloud Cloud?
---@return Image
function Workplace:active_image(options, cloud)
  options = options or {}
  options.disk_format = options.disk_format or "raw"
  options.container_format = options.container_format or "bare"
  options.data = options.data or "some bytes of a disk"
  return self:image(options, cloud)
end

--- Project A, or another of the three, in the other region; a case that asks for it where there is none is
--- skipped.
---@param cloud Cloud?
---@return Cloud
function Workplace:elsewhere(cloud)
  local region = "RegionTwo"
  local other, err = try(require("glance").connect, { cloud = (cloud or self.a).name, region = region })
  if not other then self:skip(("there is no %s: %s"):format(region, tostring(err))) end
  return other
end

--- Runs a recipe as a function.
---@param name string
---@param cloud Cloud
---@param args table
---@return any
function Workplace.recipe(_, name, cloud, args)
  return require("std.recipe").run(name, cloud, args)
end

--- Calls a function after the case, however it ends; the last one first.
---@param f function
function Workplace:after(f)
  self.undo[#self.undo + 1] = f
end

--- Ends the case without a verdict.
---@param reason string
function Workplace:skip(reason)
  rawset(self, "skipped", reason)
  error("skipped: " .. reason, 0)
end

---@param image Image
local function delete(image)
  local now = image:refresh()
  if now.protected then now = now:update { protected = false } end
  now:delete()
end

--- Mends the sandbox, and takes back what the case made. `lunette test` does this after every case.
---@param place Workplace
function workplace.sweep(place)
  if place.has_sandbox then require("sandbox").faults {} end
  local first
  for i = #place.undo, 1, -1 do
    local _, err = try(place.undo[i])
    first = first or err
  end
  for _, image in ipairs(place.made) do
    local _, err = try(delete, image)
    local is_gone = type(err) == "userdata" and err.kind == "not_found"
    if not is_gone then first = first or err end
  end
  if first then error(first, 0) end
end

---@param cloud Cloud
local function ask(cloud, method, path, body)
  return cloud:request(method, "/v3" .. path, { service = "identity", json = body }).body
end

--- Makes projects with a user each, for `lunette test --cloud NAME`. The chosen cloud's user must be an
--- admin.
---
--- Where it fails, nothing is left behind. Raises: forbidden (no admin).
---@param wanted {name: string, password: string}[]
---@return {project_id: string, user_id: string}[]
function workplace.settle(wanted)
  local cloud = require("glance").connect()
  local made = {}
  local _, err = try(function()
    local domain = ask(cloud, "GET", "/projects/" .. cloud.project_id).project.domain_id
    local role = ask(cloud, "GET", "/roles?name=member").roles[1].id
    for _, one in ipairs(wanted) do
      local project = { name = one.name, domain_id = domain, description = "lunette test" }
      local id = ask(cloud, "POST", "/projects", { project = project }).project.id
      made[#made + 1] = { project_id = id }
      local user = { name = one.name, domain_id = domain, password = one.password, default_project_id = id }
      made[#made].user_id = ask(cloud, "POST", "/users", { user = user }).user.id
      ask(cloud, "PUT", ("/projects/%s/users/%s/roles/%s"):format(id, made[#made].user_id, role))
    end
  end)
  if err then
    try(workplace.leave, made)
    error(err, 0)
  end
  return made
end

--- Takes back what `settle` made.
---@param made {project_id: string, user_id: string?}[]
function workplace.leave(made)
  local cloud = require("glance").connect()
  for _, one in ipairs(made) do
    if one.user_id then ask(cloud, "DELETE", "/users/" .. one.user_id) end
    ask(cloud, "DELETE", "/projects/" .. one.project_id)
  end
end

return workplace
