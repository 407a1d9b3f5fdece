-- Session properties that the service also keeps unnested, which is faster to ask. SPDX-License-Identifier: MIT
--
-- From the vendor's list of fields (slicer_fields.yaml, "unnested: true"). Asked for any other property in that way,
-- the service gives wrong numbers and no error; so what is not listed here is not asked in that way.

local function set_of(prefix, names, type)
  local set = {}
  for name in names:gmatch "%S+" do set[prefix .. name] = type end
  return set
end

local merge = require "studio.merge"

---@type table<string, "text"|"number"|"boolean">
return merge(
  set_of("c3d.", "app.version deviceid participant.name participant.height participant.armlength", "text"),
  set_of("c3d.geo.", "country countryIso city subdivision subdivisionIso qualifiedSubdivisionIso", "text"),
  set_of("c3d.", "app.inEditor device.eyetracking.enabled", "boolean"),
  set_of("c3d.metrics.", [[app_performance fps_score immersion_score presence_score comfort_score orientation_score
    boundary_score standing_percentage controller_events_score controller_engagement_score dynamic_engagement_score
    spatial_coverage_score ergonomics_score]], "number"),
  set_of("c3d.metric_components.", [[battery_drain_sum battery_drain_time_millis fps_data_point_sum
    fps_data_point_count dynamic_input_controller_percentage dynamic_input_hand_percentage
    dynamic_input_none_percentage]], "number"),
  set_of("c3d.metric_components.fps_score.", [[consistency_app_performance degree_app_performance
    fluctuation_app_performance session_percentage]], "number"),
  set_of("c3d.metric_components.presence_score.", [[controller_movement_score gaze_exploration_score
    spatial_coverage_score interruption_score]], "number"),
  set_of("c3d.metric_components.comfort_score.", [[head_orientation_score head_orientation_score_pitch_score
    head_orientation_score_roll_score controller_ergonomic_score controller_ergonomic_score_forward_reach_score
    controller_ergonomic_score_horizontal_reach_score controller_ergonomic_score_vertical_reach_score]], "number"),
  set_of("c3d.metric_components.controller_ergo_counts_", [[forwards_total forwards_far forwards_medium forwards_near
    horizontal_total horizontal_far horizontal_medium horizontal_near vertical_total vertical_far vertical_medium
    vertical_near]], "number"))
