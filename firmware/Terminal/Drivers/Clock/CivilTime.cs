namespace Devices.Terminal.Drivers.Clock;

/// <summary>Days and dates of the proleptic Gregorian calendar in whole numbers, UTC.</summary>
public static class CivilTime
{
    /// <summary>Days since 1970-01-01; months from 1. The year starts in March, so that the leap day comes last (Richards, Explanatory Supplement, 15.11).</summary>
    public static long Days(int year, int month, int day)
    {
        long y = month <= 2 ? year - 1 : year;
        long era = y / 400;
        long yearOfEra = y - (era * 400);
        long dayOfYear = ((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5 + day - 1;
        return (era * 146097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719468;
    }

    public static void Date(long days, out int year, out int month, out int day)
    {
        long z = days + 719468;
        long era = z / 146097;
        long dayOfEra = z - (era * 146097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long shifted = ((5 * dayOfYear) + 2) / 153;
        day = (int)(dayOfYear - (((153 * shifted) + 2) / 5) + 1);
        month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        year = (int)((era * 400) + yearOfEra + (month <= 2 ? 1 : 0));
    }

    public static int DaysIn(int year, int month)
    {
        if (month == 2)
        {
            return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
        }

        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
}
