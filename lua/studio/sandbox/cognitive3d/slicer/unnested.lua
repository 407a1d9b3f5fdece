-- The properties that may be named by unnestedFieldName. SPDX-License-Identifier: MIT
--
-- Those that the vendor's list of slicer fields flags with `unnested: true`. With any other one the service answers
-- with wrong numbers and says nothing.

local words = [[
  c3d.app.version c3d.app.inEditor c3d.deviceid c3d.device.eyetracking.enabled

  c3d.geo.country c3d.geo.countryIso c3d.geo.city c3d.geo.subdivision c3d.geo.subdivisionIso
  c3d.geo.qualifiedSubdivisionIso

  c3d.participant.name c3d.participant.height c3d.participant.armlength

  c3d.metrics.app_performance c3d.metrics.fps_score c3d.metrics.immersion_score c3d.metrics.presence_score
  c3d.metrics.comfort_score c3d.metrics.orientation_score c3d.metrics.boundary_score c3d.metrics.standing_percentage
  c3d.metrics.controller_events_score c3d.metrics.controller_engagement_score c3d.metrics.dynamic_engagement_score
  c3d.metrics.spatial_coverage_score c3d.metrics.ergonomics_score

  c3d.metric_components.battery_drain_sum c3d.metric_components.battery_drain_time_millis
  c3d.metric_components.fps_data_point_sum c3d.metric_components.fps_data_point_count
  c3d.metric_components.fps_score.consistency_app_performance c3d.metric_components.fps_score.degree_app_performance
  c3d.metric_components.fps_score.fluctuation_app_performance c3d.metric_components.fps_score.session_percentage
  c3d.metric_components.presence_score.controller_movement_score
  c3d.metric_components.presence_score.gaze_exploration_score
  c3d.metric_components.presence_score.spatial_coverage_score c3d.metric_components.presence_score.interruption_score
  c3d.metric_components.comfort_score.head_orientation_score
  c3d.metric_components.comfort_score.head_orientation_score_pitch_score
  c3d.metric_components.comfort_score.head_orientation_score_roll_score
  c3d.metric_components.comfort_score.controller_ergonomic_score
  c3d.metric_components.comfort_score.controller_ergonomic_score_forward_reach_score
  c3d.metric_components.comfort_score.controller_ergonomic_score_horizontal_reach_score
  c3d.metric_components.comfort_score.controller_ergonomic_score_vertical_reach_score
  c3d.metric_components.dynamic_input_controller_percentage c3d.metric_components.dynamic_input_hand_percentage
  c3d.metric_components.dynamic_input_none_percentage
]]

local unnested = {}

for word in words:gmatch "%S+" do unnested[word] = true end

for _, direction in ipairs { "forwards", "horizontal", "vertical" } do
  for _, reach in ipairs { "total", "far", "medium", "near" } do
    unnested[("c3d.metric_components.controller_ergo_counts_%s_%s"):format(direction, reach)] = true
  end
end

return unnested
