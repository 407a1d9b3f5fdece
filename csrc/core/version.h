/* studio: the one place that holds the version.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_VERSION_H
#define STUDIO_CORE_VERSION_H

#define STUDIO_VERSION "0.1.0"

#endif
