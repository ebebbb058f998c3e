import { teamsDarkTheme, teamsLightTheme, type Theme } from "@fluentui/react-components";

const font = { fontFamilyBase: 'Emoji, "Segoe UI", Inter, "Noto Sans", "Noto Sans JP", system-ui, sans-serif' };

export const light: Theme = { ...teamsLightTheme, ...font };

export const dark: Theme = {
  ...teamsDarkTheme, ...font,
  colorNeutralBackground1: "#1f1f1f", colorNeutralBackground1Hover: "#2e2e2e", colorNeutralBackground1Pressed: "#383838",
  colorBrandBackground: "#7f85f5", colorBrandBackgroundHover: "#9299f7", colorBrandBackgroundPressed: "#aab1fa", colorNeutralForegroundOnBrand: "#141414",
  colorCompoundBrandBackground: "#7f85f5", colorCompoundBrandBackgroundHover: "#9299f7", colorCompoundBrandBackgroundPressed: "#aab1fa",
};
