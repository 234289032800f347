import { buildApp } from './app.ts'
import { settings } from './cli/settings.ts'
import { drawer } from './certificates/drawing.ts'
import { loadCourses } from './courses/load.ts'
