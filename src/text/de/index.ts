import { bar } from './bar.ts';
import { compare } from './compare.ts';
import { device } from './device.ts';
import { guide } from './guide.ts';
import { inspect } from './inspect.ts';
import { launch } from './launch.ts';
import { share } from './share.ts';
import { stage } from './stage.ts';

/** Every text of the studio: English as it stands in the views, and German. A view cannot show a text that is missing here. */
export const de = { ...bar, ...launch, ...stage, ...inspect, ...compare, ...guide, ...share, ...device } as const;
