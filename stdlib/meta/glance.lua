---@meta glance

assert(false, 'stdlib/meta/glance.lua is documentation; write require "glance" instead')

--- The Image service: connecting to clouds.
---@class glance
local glance = {}

--- Connects to a cloud and logs in; twice the same cloud is one log-in.
---
--- Takes the name of a clouds.yaml entry, or a table: `cloud` names the entry, everything else is a setting
--- in clouds.yaml's own words (`region_name`, `interface`, `project_id`, …) and wins over it; what decides
--- where credentials are sent (`auth_url`, `verify`, …) only with `--trust`. With nothing, the
--- chosen cloud: `--os-cloud`, OS_CLOUD, or the OS_* environment.
---
--- Raises: config (unknown name, missing or contradictory settings), unauthorized, unavailable, protocol.
--- Source: openstacksdk, openstack/config/loader.py; keystone/api/auth.py.
---@param target? string|table
---@return Cloud
function glance.connect(target) end

--- The names that clouds.yaml configures, in its order.
---
--- Raises: config (a broken file).
---@return string[]
function glance.clouds() end

--- A project that was found to exist.
---@class Project
---@field id string
---@field name string
---@field cloud? string the clouds.yaml entry that logs in to it
---@field verified boolean
---@field source string what verified it: token, clouds.yaml, own projects, keystone
local Project = {}

return glance
