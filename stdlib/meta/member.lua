---@meta

assert(false, 'stdlib/meta/member.lua is documentation; members come from an image: require "glance"')

--- An iterator over members: `for member in image:members() do`.
---@class Members
local Members = {}

--- All that are left, as a list.
---@return Member[]
function Members:collect() end

--- The next one, or nil.
---@return Member|nil
function Members:first() end

--- One project that an image is shared with: a snapshot.
---@class Member
---@field image_id string
---@field member_id string project ID
---@field status string pending, accepted, rejected
---@field created_at string ISO 8601
---@field updated_at string ISO 8601
local Member = {}

--- Accepts, as the member itself, and returns the member as it is then.
---
--- Request: PUT /v2/images/{image_id}/members/{member_id}
--- Command: glance member-update, openstack image set
--- Raises: forbidden (for the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Member:accept() end

--- Rejects: the image shows in no list of the member's, yet stays usable by its ID.
---
--- Request: PUT /v2/images/{image_id}/members/{member_id}
--- Command: glance member-update, openstack image set
--- Raises: forbidden (for the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@return Member
function Member:reject() end

--- Sets `status` to pending, accepted or rejected.
---
--- Request: PUT /v2/images/{image_id}/members/{member_id}
--- Command: glance member-update, openstack image set
--- Raises: usage, forbidden (for the owner).
--- Source: glance/api/v2/image_members.py, ImageMembersController.update.
---@param options { status: string }
---@return Member
function Member:update(options) end

--- Takes the member away; only the owner may.
---
--- Request: DELETE /v2/images/{image_id}/members/{member_id}
--- Command: glance member-delete, openstack image remove project
--- Raises: not_found, forbidden (for the member itself).
--- Source: glance/api/v2/image_members.py, ImageMembersController.delete.
function Member:remove() end
