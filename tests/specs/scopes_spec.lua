--- A cloud works in the project and as the user that were asked for, or it is refused.
local check = require "std.check"
local glance = require "glance"
local list = require "std.list"

local specs = {}

local ENTRY = "project-a-appcred"

--- The cloud of an entry that logs in by an application credential, with other settings.
local function by_credential(t, settings)
  if not list.contains(glance.clouds(), ENTRY) then t:skip("needs an entry " .. ENTRY) end
  settings = settings or {}
  settings.cloud = ENTRY
  return glance.connect(settings)
end

specs["an application credential beside its own project and user works in that project"] = function(t)
  local own = by_credential(t)
  check.equal(by_credential(t, { project_id = own.project_id }).project_id, own.project_id)
  check.equal(by_credential(t, { project_name = own.project_name }).project_id, own.project_id)
  check.equal(by_credential(t, { username = own.user_name }).project_id, own.project_id)
end

specs["an application credential beside another project, domain, system or user is refused"] = function(t)
  local own = by_credential(t)
  local others = {
    project_id = t.b.project_id,
    project_name = t.b.project_name,
    project_domain_id = "nowhere",
    username = "nobody",
    user_id = "0123456789abcdef0123456789abcdef",
    user_domain_name = "Nowhere",
    system_scope = "all",
    domain_name = "Default",
    trust_id = "0123456789abcdef0123456789abcdef",
  }
  for key, value in pairs(others) do
    local err = check.raises("config", function()
      by_credential(t, { [key] = value })
    end)
    check.matches(err.message, key)
  end
  local err = check.raises("config", function()
    by_credential(t, { project_name = t.b.project_name })
  end)
  check.matches(err.message, tostring(own.project_id))
  check.matches(err.message, (tostring(t.b.project_name):gsub("%-", "%%-")))
end

specs["an option that a log-in has no use for is refused"] = function(t)
  check.raises("usage", function()
    by_credential(t, { password = "secret" })
  end)
  check.raises("usage", function()
    glance.connect { cloud = t.a.name, passcode = "123456" }
  end)
end

specs["a domain beside a project's ID is compared with the project's own"] = function(t)
  local connect = function(name)
    return glance.connect { cloud = t.a.name, project_id = t.a.project_id, project_domain_name = name }
  end
  check.equal(connect("Default").project_id, t.a.project_id)
  check.raises("config", function()
    connect "Nowhere"
  end)
end

return specs
