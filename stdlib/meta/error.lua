---@meta

assert(false, "stdlib/meta/error.lua is documentation")

--- What went wrong, in one word. The set is closed.
---
--- `usage` the call is wrong · `config` clouds.yaml, the environment or a file is · `unauthorized` the
--- credentials are (401) · `forbidden` the cloud, or `--read-only`, says no (403) · `not_found` no such
--- thing, or not visible (404) · `conflict` it is there already, or in the wrong state (409) · `limit` a
--- quota or rate limit (413, 429), or, without a status, more memory than `--max-memory` allows · `invalid`
--- the request makes no sense to the cloud (400 and other 4xx) · `ambiguous` several things have that name ·
--- `unavailable` no connection, a time-out, or 5xx · `protocol` the answer is none that OpenStack promises ·
--- `integrity` data has the wrong size or hash · `interrupted` ^C
---@alias Kind
---| "usage"
---| "config"
---| "unauthorized"
---| "forbidden"
---| "not_found"
---| "conflict"
---| "limit"
---| "invalid"
---| "ambiguous"
---| "unavailable"
---| "protocol"
---| "integrity"
---| "interrupted"

--- What Lunette raises. `tostring(err)` is one line; `error(err)` raises it on, whole.
---
--- Fields are read-only, and an unknown one raises.
---@class Error
---@field kind Kind            what went wrong, in one word
---@field status integer?      the HTTP status, where a server answered
---@field message string       what went wrong, without the rest
---@field op string?           the operation: `POST /v2/images/1bea…/members`
---@field request_id string?   the cloud's name for the request, for its operators
---@field advice string?       what to do next
local Error = {}
