import { chime } from "../../../shared/sound";

export const ring = () => chime(660, 880);
