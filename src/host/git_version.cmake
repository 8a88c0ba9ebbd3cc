# SPDX-License-Identifier: BSD-3-Clause
# cmake -DSOURCE=DIR -DOUT=FILE -P git_version.cmake: the commit of DIR as a header; written only
# when it is another one, so that nothing is compiled in vain.
cmake_policy(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
                OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                RESULT_VARIABLE failed)
if(failed)
  set(version "unknown")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "// Generated.
#pragma once
#define RINGSIDE_GIT_VERSION \"@version@\"
" @ONLY)
